"""The examples of examples/, each run with its own framework."""
