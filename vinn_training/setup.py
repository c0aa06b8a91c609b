"""Plain Python package; setup.py and package.xml exist so that colcon builds it beside the ROS packages."""

from setuptools import find_packages, setup

setup(
    name="vinn_training",
    version="0.1.0",
    packages=find_packages(include=["vinn_training", "vinn_training.*"]),
    package_data={"vinn_training": ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/vinn_training"]),
        ("share/vinn_training", ["package.xml"]),
    ],
    python_requires=">=3.10",
    install_requires=["numpy", "opencv-python-headless", "safetensors", "rich", "tyro"],
    extras_require={
        "train": ["torch", "torchvision", "lightly", "tensorboard"],
        "kinematics": ["pin", "pin-pink", "daqp", "hello-robot-stretch-urdf"],
        "sim": ["mujoco", "av", "hello-robot-stretch-urdf"],
        "formats": ["av", "h5py", "pyarrow", "rosbags", "ruamel.yaml"],
        "collect": ["av", "pycolmap", "matplotlib"],
        "gripper": ["av", "torch"],
        "export": ["torch", "torchvision", "openvino", "nncf", "onnx", "onnxruntime"],
        "openvino": ["openvino"],
        "onnx": ["onnxruntime"],
        "search": ["faiss-cpu"],
    },
    zip_safe=True,
    maintainer="The VINN ROS developers",
    maintainer_email="maintainers@example.org",
    description="VINN without ROS: demonstrations, encoder, bank, policy, kinematics, simulation, evaluation.",
    license="Apache-2.0",
    entry_points={"console_scripts": ["vinn = vinn_training.cli.main:main"]},
)
