"""Servers of other people that speak MCP, over HTTP or as a program on this machine."""

from __future__ import annotations

from kangban.adapters.mcp_client.reach import McpReach, McpSettings

__all__ = ["McpReach", "McpSettings"]
