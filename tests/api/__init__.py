"""The HTTP interface: its description, its door, its answers."""
