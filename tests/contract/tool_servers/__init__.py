"""Servers of other people, reached for real: each stands in a process of its own."""
