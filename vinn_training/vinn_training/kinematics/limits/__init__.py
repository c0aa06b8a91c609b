"""Limits of the Stretch's motion, one kind a file."""
