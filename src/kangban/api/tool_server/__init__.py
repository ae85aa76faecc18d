"""Every tool as an address of its own, described by OpenAPI: for agents of other frameworks."""
