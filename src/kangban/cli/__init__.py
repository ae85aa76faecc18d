"""Floor 9: one file per command; nothing imports it."""
