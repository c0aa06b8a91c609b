"""Imported first, so that pytest's importlib mode finds the installed packages and not the folders of their names."""

import contextlib

import vinn_training  # noqa: F401

with contextlib.suppress(ImportError):  # where ROS is absent, only vinn_training's tests run
    import vinn_ros  # noqa: F401
