#!/usr/bin/env bash
# In a ROS image, as root: what the packages name for rosdep, a user without rights, and the packages named last.
# Usage: install_system.sh SOURCE USER_ID [DEBIAN_PACKAGE ...]
set -euo pipefail
source_folder=$1 user_id=$2
shift 2

# numpy, opencv and rich come pinned with pip. cv_bridge is built for NumPy 1 and fails on Pinocchio's NumPy 2; without it
# vinn_ros views images by rosbags-image. torch is the workstation's, by pip.
skipped="cv_bridge python3-numpy python3-opencv python3-rich python3-torch python3-torchvision"

apt-get update
apt-get install -y --no-install-recommends python3-venv python3-pip "$@"
rosdep update --rosdistro "$ROS_DISTRO"
rosdep install --from-paths "$source_folder" --ignore-src --rosdistro "$ROS_DISTRO" --skip-keys "$skipped" -y
rm -rf /var/lib/apt/lists/*

# Newer Ubuntu images have a user of their own with id 1000.
if id ubuntu >/dev/null 2>&1; then userdel --remove ubuntu 2>/dev/null; fi
useradd --create-home --shell /bin/bash --uid "$user_id" vinn
