"""From a score to a decision with reasons and a record."""
