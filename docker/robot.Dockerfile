# The robot: perception, policy and bridge on the CPU, for exported bundles. No torch, no training, no simulator.
#
#   docker build -f docker/robot.Dockerfile -t vinn-robot .          (from the repository's top level)
#
# The driver is not in here: Hello Robot's own installation on the Stretch runs it. The base is pinned by name; for a
# build that never changes, give it by digest: --build-arg ROS_IMAGE=ros@sha256:...
ARG ROS_IMAGE=ros:humble-ros-base-jammy
FROM ${ROS_IMAGE}

ARG USER_ID=1000
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV DEBIAN_FRONTEND=noninteractive PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

COPY docker/install_system.sh /tmp/
COPY vinn_msgs/package.xml /tmp/src/vinn_msgs/
COPY vinn_training/package.xml /tmp/src/vinn_training/
COPY vinn_ros/package.xml /tmp/src/vinn_ros/
RUN bash /tmp/install_system.sh /tmp/src "${USER_ID}"

COPY requirements/ /tmp/requirements/
RUN python3 -m venv --system-site-packages /opt/vinn/python && \
    /opt/vinn/python/bin/pip install -r /tmp/requirements/robot.txt -c /tmp/requirements/requirements.txt \
      faiss-cpu numpy opencv-python-headless rich

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
CMD ["ros2", "launch", "vinn_ros", "door_opening.launch.py", "--show-args"]
