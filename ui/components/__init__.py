"""Pieces that every page draws the same way."""
