"""Tools that reckon, run code and write papers."""
