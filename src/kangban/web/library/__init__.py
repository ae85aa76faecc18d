"""The libraries: what stands on them, adding to them, asking them."""
