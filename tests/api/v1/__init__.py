"""The agents behind OpenAI's shapes: one suite over all faces, real clients, and what others send."""
