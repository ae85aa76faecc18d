"""Floor 6: one use case per file. Await ports, call pure rooms, commit once."""
