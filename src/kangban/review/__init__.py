"""Floor 3: a held answer's way to a named person. Reasons, clocks, order and transitions, all pure."""
