"""Floor 6: one outside technology per file, each with its own small settings."""
