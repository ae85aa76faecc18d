"""Tools that see, hear, speak and draw, and the one that reads a FHIR server."""
