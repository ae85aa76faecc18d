"""Ways to think over the same model and tools, one a file; `run.run_paradigm` starts any of them."""
