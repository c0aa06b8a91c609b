"""Methods that train a network: they need torch, which neighbour regression and the robot do not."""
