"""Injects faults into a moving stand-in under the real bridge, and measures how soon it stops."""
