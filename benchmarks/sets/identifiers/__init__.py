"""Lines with personal identifiers, labelled by construction: frames people wrote, filled from invented values."""
