"""Which files a race can be saved as, and what a film may be; apart from all that draws, so that it loads at once."""

PICTURES = (".png", ".svg")
"""Endings of files of pictures."""
FILMS = (".mp4", ".gif", ".webm", ".webp")
"""Endings of files of films, the usual one first."""
FASTEST = 60
"""Pictures a second of a film, at most."""
FASTEST_GIF = 50
"""Pictures a second of a GIF, at most: delays are multiples of 10 ms, and browsers take one of 10 ms for 100."""
SHORTEST, LONGEST = 0.1, 3600.0
"""Seconds that a film may last."""
