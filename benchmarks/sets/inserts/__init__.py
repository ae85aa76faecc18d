"""Invented package inserts with labelled entities."""
