"""Floor 3: facts → findings. Synchronous, pure, no model."""
