# The workstation: everything, with CUDA where the host has it (docker run --gpus all, and NVIDIA's container toolkit).
# torch's wheels bring the CUDA libraries, so the base needs none.
#
#   docker build -f docker/workstation.Dockerfile -t vinn-workstation .          (from the repository's top level)
#
# For a build that never changes, give the base by digest: --build-arg ROS_IMAGE=ros@sha256:...
ARG ROS_IMAGE=ros:jazzy-ros-base-noble
FROM ${ROS_IMAGE}

ARG USER_ID=1000
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV DEBIAN_FRONTEND=noninteractive PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The simulator's cameras draw without a screen.
ENV MUJOCO_GL=egl NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics

COPY docker/install_system.sh /tmp/
COPY vinn_msgs/package.xml /tmp/src/vinn_msgs/
COPY vinn_training/package.xml /tmp/src/vinn_training/
COPY vinn_ros/package.xml /tmp/src/vinn_ros/
RUN bash /tmp/install_system.sh /tmp/src "${USER_ID}" libegl1 libegl-mesa0 libgles2 libgl1-mesa-dri

COPY requirements/ /tmp/vinn/requirements/
COPY docker/workstation.txt /tmp/vinn/docker/
RUN python3 -m venv --system-site-packages /opt/vinn/python && \
    /opt/vinn/python/bin/pip install -r /tmp/vinn/docker/workstation.txt numpy opencv-python-headless rich pyyaml

COPY vinn_msgs/ /opt/vinn/src/vinn_msgs/
COPY vinn_training/ /opt/vinn/src/vinn_training/
COPY vinn_ros/ /opt/vinn/src/vinn_ros/
COPY launch/ /opt/vinn/src/launch/
COPY config/ /opt/vinn/src/config/
COPY docker/build.sh docker/entrypoint.sh /opt/vinn/
RUN bash /opt/vinn/build.sh /opt/vinn/src /opt/vinn/install /opt/vinn/python/bin/python

USER vinn
WORKDIR /home/vinn
# Of SIGTERM, `ros2 launch` dies without ending its nodes; of SIGINT, the bridge stops the robot first.
STOPSIGNAL SIGINT
ENTRYPOINT ["/opt/vinn/entrypoint.sh"]
CMD ["vinn", "--help"]
