"""Rules with one step length for both axes, and what they keep of the past."""
