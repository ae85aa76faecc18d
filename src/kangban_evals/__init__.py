"""Scored evaluations of Kangban. May import kangban; kangban never imports this package."""
