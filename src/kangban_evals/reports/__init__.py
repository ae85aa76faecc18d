"""Invented reports, printed in many layouts, spoiled as cameras spoil them, read by the real reader, and scored."""
