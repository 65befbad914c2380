"""The poster: the first picture of the last start, which a window shows until this start's is there.

It stands in the user's cache under a name that tells all on which its pixels depend: where any of that is different,
there is none. One is kept; whoever deletes it sees a greeting once more.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import platformdirs
import pygame

from ...base.files import OutputError, bounded, ordinary_file, whole_file
from ...base.resources import asset
from ...base.version import VERSION

FOLDER, BEFORE, ENDING = "three-marbles", "opening-", ".png"
COMPILED = ".pyc"
LARGEST = 1 << 25
"""Bytes of a picture that can be a poster."""
PACKAGE = Path(__file__).parents[2]


def poster(*looks: object) -> Path:
    """Where the opening scene's first picture is kept, whether it is there or not.

    looks: what else its pixels depend on, besides the program itself: its size, its theme and the like.
    """
    told = repr((VERSION, sys.version, pygame.version.ver, pygame.get_sdl_version(), sorted(_content()), looks))
    name = f"{BEFORE}{sha256(told.encode()).hexdigest()[:32]}{ENDING}"
    return platformdirs.user_cache_path(FOLDER, appauthor=False) / name


def draw_poster(surface: pygame.Surface, path: Path) -> bool:
    """Draw the poster that is kept there over all of a surface; whether there is one of its size."""
    try:
        with ordinary_file(path) as stream:
            picture = pygame.image.load(BytesIO(bounded(stream, LARGEST, "a poster")), ENDING)
    except (OSError, pygame.error):
        return False
    if picture.get_size() != surface.get_size():
        return False
    surface.blit(picture, (0, 0))
    return True


def keep_poster(picture: pygame.Surface, path: Path) -> None:
    """Keep a picture there, in the place of all others; where nothing can be written, there is none next time."""
    drawn = BytesIO()
    with suppress(OSError, OutputError, pygame.error):
        pygame.image.save(picture, drawn, ENDING)
        path.parent.mkdir(parents=True, exist_ok=True)
        for other in path.parent.glob(f"{BEFORE}*{ENDING}"):
            other.unlink()
        with whole_file(path) as stream:
            stream.write(drawn.getvalue())


def _content() -> Iterator[tuple[str, int, int]]:
    """The files of the program and the folder of its libraries: their sizes, and when they were last changed."""
    yield _changed(str(Path(pygame.__file__).parents[1]))
    for root in {PACKAGE, asset()}:
        for folder, _, names in os.walk(root):
            yield from (_changed(os.path.join(folder, name)) for name in names if not name.endswith(COMPILED))


def _changed(path: str) -> tuple[str, int, int]:
    try:
        found = os.stat(path)
    except OSError:  # Somebody is just changing it.
        return path, -1, -1
    return path, found.st_size, found.st_mtime_ns
