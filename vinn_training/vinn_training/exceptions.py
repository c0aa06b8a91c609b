"""The errors a user can cause and act on. Everything else is a bug and keeps its traceback."""


class VinnError(Exception):
    """Base of all errors whose message says what was received, what was expected and what to do."""


class InvalidInput(VinnError, ValueError):
    """A value, array or parameter that cannot be used (wrong shape, NaN, out of range)."""


class InvalidDemonstration(VinnError):
    """Demonstration data on disk that cannot be used; the message names the file."""


class CollectionError(VinnError):
    """A video from which no trustworthy demonstration can be made; the message says why."""


class InvalidBundle(VinnError):
    """A bundle that must not drive a robot: truncated, foreign encoder, NaN, newer format."""


class InvalidCheckpoint(VinnError):
    """A training checkpoint or weights file that does not fit what was asked for."""


class KinematicsError(VinnError):
    """A robot description or joint state that cannot be used (missing frame, missing joint)."""


class SimulationError(VinnError):
    """The simulator cannot start or continue (no OpenGL, unknown scene)."""


class MissingDependency(VinnError):
    """An optional package is needed for what was asked; the message names it and how to install it."""
