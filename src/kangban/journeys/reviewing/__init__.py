"""What becomes of an answer the guard held: who looks at it, what they decide, and what happens when nobody does."""
