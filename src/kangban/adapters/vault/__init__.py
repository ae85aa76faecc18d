"""Encryption at rest: the keys of a data directory, sealed files, moving to encryption, rotation, backup, restore."""
