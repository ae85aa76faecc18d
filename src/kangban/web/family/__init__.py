"""Members and their records."""
