"""The house's own rules: floors, sizes, names, errors, clock, what may be committed."""
