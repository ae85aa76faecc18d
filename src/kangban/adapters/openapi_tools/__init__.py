"""Tools of a server that describes itself by OpenAPI 3.0 or 3.1, an AgentLego server among them."""
