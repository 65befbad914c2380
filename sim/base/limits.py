"""How much of something there may be, and what there is to choose from: what files, library and commands share."""

MOST_UPDATES = 1_000_000
"""Updates of a race."""
MOST_BASIN_UPDATES = 100_000
"""Updates of a rule, for each pixel of a map of its basins."""
LARGEST_SEED = 2**53 - 1
"""Whole numbers up to there are the same in JSON, in a browser and here."""
MOST_SEEDS = 1_000_000
"""Seeds that are counted."""
MOST_WORKERS = 61
"""Processes: as many as Windows can wait for at once."""
LEAST_TILT, MOST_TILT = 12.0, 76.0
"""Between these angles, in degrees, one sees a block of land: below is a map, and above one looks along the ground."""
LARGEST_SIZE = (7680, 4320)
"""Width and height of a picture in pixels."""
THEMES = ("light", "dark")
"""How pictures are coloured, the usual way first."""
CLOCKS = ("updates", "epochs", "serial", "parallel")
"""By what lanes may go on side by side, the usual one first."""
