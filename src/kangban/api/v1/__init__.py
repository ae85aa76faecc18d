"""The agents behind the shapes that OpenAI's clients speak: one core, and a thin face for HTTP and WebSocket each."""
