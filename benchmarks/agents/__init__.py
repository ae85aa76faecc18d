"""One file a framework: the same three jobs, written as its own documents show."""
