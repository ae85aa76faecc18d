"""Libraries to ask: add, read on, remove, search, ask. The only rooms that touch a house's library."""
