"""Encoder, network, challengers and how they are trained and served."""
