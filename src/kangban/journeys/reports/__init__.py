"""Reports: read, asked whose they are, confirmed line by line, moved, erased. One use case per file."""
