"""What stands in the cabinet, what is inside, and whether a member may take it."""
