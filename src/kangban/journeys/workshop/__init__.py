"""The agent workshop: agents that people make, keep and run, each owner their own."""
