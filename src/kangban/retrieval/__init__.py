"""Floor 3: what can be cited, how it is found, and whether a passage supports a sentence."""
