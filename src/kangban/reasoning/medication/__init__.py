"""Medicine reasoning: names → ingredients → facts → findings and unknowns."""
