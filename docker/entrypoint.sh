#!/usr/bin/env bash
# Enters ROS and our packages, then becomes the command, so that it gets the signals.
set -e
source "/opt/ros/$ROS_DISTRO/setup.bash"
source /opt/vinn/install/setup.bash
export PATH="/opt/vinn/python/bin:/opt/vinn/install/vinn_training/bin:$PATH"
exec "$@"
