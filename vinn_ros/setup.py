"""ROS 2 package of the VINN nodes; installs launch/ and config/ from the repository's top level."""

from glob import glob

from setuptools import find_packages, setup

setup(
    name="vinn_ros",
    version="0.1.0",
    packages=find_packages(include=["vinn_ros", "vinn_ros.*"]),
    package_data={"vinn_ros": ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/vinn_ros"]),
        ("share/vinn_ros", ["package.xml"]),
        ("share/vinn_ros/launch", glob("../launch/*.launch.py")),
        (
            "share/vinn_ros/config",
            [file for kind in ("yaml", "xml", "rviz", "json") for file in glob(f"../config/*.{kind}")],
        ),
        ("share/vinn_ros/config/security", glob("../config/security/*.xml")),
    ],
    python_requires=">=3.10",
    install_requires=["setuptools"],
    zip_safe=True,
    maintainer="The VINN ROS developers",
    maintainer_email="maintainers@example.org",
    description="VINN on a Hello Robot Stretch: perception, policy, bridge and simulator nodes.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "perception = vinn_ros.entry_points:perception",
            "policy = vinn_ros.entry_points:policy",
            "perception_policy = vinn_ros.entry_points:perception_policy",
            "stretch_bridge = vinn_ros.entry_points:stretch_bridge",
            "stretch_sim = vinn_ros.entry_points:stretch_sim",
            "stretch_standin = vinn_ros.entry_points:stretch_standin",
            "stop_times = vinn_ros.stretch_standin.trials.main:main",
            "video_source = vinn_ros.entry_points:video_source",
            "recorder = vinn_ros.entry_points:recorder",
            "trial_node = vinn_ros.entry_points:trial_node",
            "neighbors_view = vinn_ros.entry_points:neighbors_view",
            "play_bag = vinn_ros.play_bag.main:main",
            "offline_evaluation = vinn_ros.offline_evaluation.main:main",
            "bringup = vinn_ros.bringup:main",
            "demo = vinn_ros.demo.main:main",
            "latency = vinn_ros.latency.main:main",
            "run_episode = vinn_ros.run_episode.main:main",
            "mount_check = vinn_ros.mount_check.main:main",
        ],
    },
)
