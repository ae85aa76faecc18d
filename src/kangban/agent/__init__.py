"""Floor 4: the brain. It is handed its model and its tools and imports neither."""
