"""Choosing the policy's parameters on recorded bags."""
