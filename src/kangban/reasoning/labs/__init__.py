"""Laboratory values: what a name means, whether a value is out of range, what several values mean together."""
