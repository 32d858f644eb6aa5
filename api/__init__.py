"""REST: JSON in, core, JSON out. Nothing is decided here."""
