"""Floor 4: what may leave. Independent checks of a draft over perception and reasoning, and one decision."""

from kangban.guard.review import review

__all__ = ["review"]
