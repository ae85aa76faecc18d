"""Floor 2: protocols for everything outside, and the types that cross them."""
