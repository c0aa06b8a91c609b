#!/usr/bin/env bash
# Makes .venv: pinned Python packages, ROS 2 Jazzy from wheels, and our three packages built by colcon.
# Does only what is missing or out of date. Usage: scripts/setup.sh
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  echo "setup: $*" >&2
  exit 1
}

# A sourced ROS installation must not leak into the wheels' environment (nor another virtual environment).
unset PYTHONPATH AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH LD_LIBRARY_PATH ROS_DISTRO PYTHONHOME VIRTUAL_ENV

PYTHON=${PYTHON:-python3}
venv=$PWD/.venv
debian_packages=(libegl1 libegl-mesa0 libgles2 libgl1-mesa-dri)

check_machine() {
  command -v "$PYTHON" >/dev/null || die "no $PYTHON found; install Python 3.10 or newer, or name one with PYTHON=..."
  "$PYTHON" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' ||
    die "$("$PYTHON" --version) found; expected Python 3.10 to 3.13 (the ROS wheels exist for these); name one with PYTHON=..."
  "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || die "Python's venv module is missing; on Debian or Ubuntu: apt-get install python3-venv"
  for tool in gcc g++ make; do
    command -v $tool >/dev/null || die "no $tool found; on Debian or Ubuntu: apt-get install build-essential"
  done
  local header
  header=$("$PYTHON" -c 'import sysconfig, os; print(os.path.join(sysconfig.get_path("include"), "Python.h"))')
  [ -e "$header" ] || die "Python's headers are missing ($header); on Debian or Ubuntu: apt-get install python3-dev"
}

install_debian_packages() { # OpenGL without a screen, for the simulator's cameras
  command -v dpkg-query >/dev/null || return 0
  local missing=()
  for package in "${debian_packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -eq 0 ]; then
    echo "setup: installing Debian packages: ${missing[*]}"
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null ||
      die "apt-get could not install ${missing[*]}"
  else
    die "these Debian packages are needed for rendering: run  sudo apt-get install ${missing[*]}"
  fi
}

stamped() { # stamped NAME CONTENT-HASH: true when step NAME was last done for exactly this content
  [ "$(cat "$venv/.vinn-$1" 2>/dev/null)" = "$2" ]
}

install_python_packages() {
  local hash
  hash=$(cat requirements/requirements.txt requirements/uv.txt | sha256sum)
  stamped packages "$hash" && return 0
  [ -x "$venv/bin/python" ] || "$PYTHON" -m venv "$venv"
  echo "setup: installing the pinned Python packages into .venv (6 GB with PyTorch; a few minutes the first time)"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements/uv.txt
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" -r requirements/requirements.txt
  "$venv/bin/python" scripts/fix_ros_wheels.py
  rm -f "$venv"/.vinn-*
  echo "$hash" >"$venv/.vinn-packages"
}

build_packages() {
  local hash
  hash=$({
    find vinn_msgs launch config vinn_*/setup.py vinn_*/setup.cfg vinn_*/package.xml -type f -print0 | sort -z | xargs -0 sha256sum
    echo "$PWD"
  } | sha256sum)
  stamped build "$hash" && return 0
  echo "setup: building vinn_msgs, vinn_training and vinn_ros with colcon"
  mkdir -p build log
  env PATH="$venv/bin:$PATH" AMENT_PREFIX_PATH="$venv" CMAKE_PREFIX_PATH="$venv" LD_LIBRARY_PATH="$venv/lib" \
    "$venv/bin/colcon" --log-base log build --merge-install --symlink-install --install-base "$venv" \
    --event-handlers console_cohesion- console_direct- \
    --cmake-args -DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DBUILD_TESTING=OFF -DPython3_EXECUTABLE="$venv/bin/python" >log/setup.txt 2>&1 ||
    { tail -n 40 log/setup.txt >&2; die "colcon build failed; the whole output is in log/setup.txt"; }
  enter_packages
  echo "$hash" >"$venv/.vinn-build"
}

enter_packages() { # what sourcing setup.bash does in a ROS installation, for every use of .venv/bin/python
  local site
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$PWD/build/vinn_training" "$PWD/build/vinn_ros" \
    'import os, sys; os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)' >"$site/vinn.pth"
}

check_machine
install_debian_packages
install_python_packages
build_packages
