"""Reports: brought in, asked whose they are, confirmed line by line, explained, followed over time."""
