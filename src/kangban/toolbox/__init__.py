"""Floor 5: what the agent can do, one thin tool per file, and an explicit catalogue."""
