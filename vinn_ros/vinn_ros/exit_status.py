"""Exit statuses that one process tells another. Imports nothing, so that bringup starts at once."""

#: A node whose parameters cannot be used: starting it again will not mend that.
CANNOT_START = 2
