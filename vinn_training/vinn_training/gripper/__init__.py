"""The four-state gripper network: training it from labelled frames, and labelling frames with it."""
