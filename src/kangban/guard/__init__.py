"""Floor 4: what may leave. Independent checks of a draft over perception and reasoning, and one decision."""

from kangban.guard.review import review, what_rules_allow

__all__ = ["review", "what_rules_allow"]
