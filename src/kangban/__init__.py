"""Kangban 康伴: a family's health companion and the agent platform under it."""

__version__ = "0.1.0"
