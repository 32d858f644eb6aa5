"""Encoding, networks and challengers; only network.py and training.py import Keras."""

import os

# Before anything imports Keras, which otherwise asks for TensorFlow.
os.environ.setdefault("KERAS_BACKEND", "jax")
