"""One file per check; each has NAME and check(case) -> Result."""
