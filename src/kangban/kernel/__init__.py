"""Floor 0: ids, clock, quantities, errors and three-valued logic. Imports nothing of ours."""
