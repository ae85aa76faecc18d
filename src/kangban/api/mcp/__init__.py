"""The tools over MCP (Model Context Protocol), on stdio and streamable HTTP, in the handshake era and after it."""
