"""Does the wrist camera sit, and is its picture turned, as the robot's camera transform says?"""
