"""From a video of a person with a grabber to labelled demonstrations."""
