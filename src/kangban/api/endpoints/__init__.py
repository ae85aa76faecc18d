"""Every address of the interface, by subject."""
