"""VINN without ROS: demonstrations, encoder, bank, policy, kinematics, simulation, evaluation."""

__version__ = "0.1.0"
