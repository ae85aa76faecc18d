"""A library to ask: chunks, weighted terms, readers of source formats, graphs, follow-up questions, cited sentences."""
