"""Tidy frames to Plotly figures; imports nothing else of the project."""
