"""Where the robot would meet itself or the floor."""
