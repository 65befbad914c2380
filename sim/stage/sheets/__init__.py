"""The sheets that lie over the maps: the odds over many seeds, and small against large batch."""
