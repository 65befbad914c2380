"""Words at the critical points: what they say, where they may stand, and where they do."""
