"""The tools over OpenAPI: the real application, over a house in memory."""
