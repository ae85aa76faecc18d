"""Readers of the formats a library is fed with: books, inserts, dialogues, disease graphs, quizzes, tables."""
