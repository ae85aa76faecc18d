"""Floor 0, over kernel: FHIR-shaped nouns and what the guard reads. No behaviour that needs the outside."""
