"""The audit as people use it: recorded, read, verified, exported, kept as long as it must be."""
