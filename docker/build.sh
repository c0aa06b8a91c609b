#!/usr/bin/env bash
# Builds the three packages with colcon in a ROS installation, and with --test tests them: images and CI both call it.
# Usage: build.sh SOURCE INSTALL_BASE PYTHON [--test]
set -euo pipefail
source_folder=$1 install_base=$2 python=$3 test=${4:-}

if [ -n "${ROS_DISTRO:-}" ] && [ -e "/opt/ros/$ROS_DISTRO/setup.bash" ]; then
  set +u # ROS's scripts read variables that are not set
  source "/opt/ros/$ROS_DISTRO/setup.bash"
  set -u
fi
# colcon by this interpreter: the nodes' scripts then start with it, and see its packages.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
paths=(--base-paths "$source_folder" --build-base "$work/build" --install-base "$install_base")
# setup.py of vinn_ros finds launch/ and config/ beside its own folder.
"$python" -m colcon --log-base "$work/log" build "${paths[@]}" \
  --cmake-args -DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DPython3_EXECUTABLE="$python"

if [ "$test" = --test ]; then
  set +u
  source "$install_base/setup.bash"
  set -u
  "$python" -m colcon --log-base "$work/log" test "${paths[@]}" --python-testing pytest \
    --event-handlers console_direct+ --return-code-on-test-failure
  "$python" -m colcon --log-base "$work/log" test-result --test-result-base "$work/build" --verbose
fi
