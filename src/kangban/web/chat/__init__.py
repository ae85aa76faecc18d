"""The talk: question box, turns as they happen, answers with their sources."""
