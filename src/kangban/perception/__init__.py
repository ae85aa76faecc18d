"""Floor 3: bytes and words → facts."""
