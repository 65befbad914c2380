"""Charts of a race beside its maps: the loss against the clock, and along a line of the plane."""
