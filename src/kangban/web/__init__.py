"""Floor 8: the pages. A click in, one journey called, an error turned into words."""
