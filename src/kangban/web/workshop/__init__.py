"""The workshop's pages: agents, tools, a talk to try them, and what became of every run."""
