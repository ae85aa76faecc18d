"""Package inserts: printed words → sections, entities and a proposed catalogue entry. Pure; spans are of the text as read."""
