"""The offline brain: a chat model behind the model port that plans by rule and composes from tool results."""
