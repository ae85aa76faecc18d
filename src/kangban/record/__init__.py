"""Floor 3: a person's log: what was true when, what was known when, writing, moving and replaying it."""
