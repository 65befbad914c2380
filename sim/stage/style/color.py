"""Colours as red, green and blue, from 0 to 255 each."""

from functools import lru_cache

Color = tuple[int, int, int]


@lru_cache(maxsize=4096)
def mix(start: Color, end: Color, share: float) -> Color:
    """The colour that lies the given share of the way from start to end."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def readable(ground: Color) -> Color:
    """Black or white, whichever has the higher contrast on that ground (WCAG 2.1): equal at a luminance of 0.18."""
    red, green, blue = ((part / 255) ** 2.2 for part in ground)
    return (16, 20, 26) if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else (255, 255, 255)
