"""Type: Noto Sans in two weights, rendered once for each string and kept.

Mathematical signs and Han characters come from Noto Sans SC, what neither has from the families that languages ask for,
or from those of other scripts, where they are at hand; pygame_gui carries them all.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from itertools import groupby
from pathlib import Path

import pygame
import pygame.font
from pygame.font import Font

from ...base.languages import LANGUAGES, language_or_code
from .cache import hot_cached
from .color import Color

USUAL = ("NotoSans", "NotoSansSC")
"""The families that have all that is written in most languages, and all mathematical signs."""
SPARE = ("NotoSansKR", "NotoSansJP", "NotoSansArabic", "NotoSansHebrew", "NotoSansGeorgian")
"""Families of other scripts: what people call things may be written in them."""
LEFTWARDS = {"NotoSansArabic": "Arab", "NotoSansHebrew": "Hebr"}
"""The families of scripts that are written from right to left, and the codes of these scripts."""
NO_CHARACTER = "\uffff"
WIDE = frozenset("∇√")
"""Signs that Noto Sans SC sets in as much room as a Han character has."""
ROOT = 0.28
"""How much of a root sign's room is left out after it, with most of its line: nothing stands below that."""
BEARING = 0.06
"""Room that is left on either side of them, in heights of a line."""
ALIKE = str.maketrans("123456789", 9 * "0")
"""Digits are all equally wide, whatever stands beside them, but the ink of some reaches beyond the ends of a text."""


@cache
def families() -> tuple[str, ...]:
    """All families, in the order in which they are asked for a character."""
    asked = [font for code in LANGUAGES if (font := language_or_code(code).font) is not None]
    return tuple(dict.fromkeys([*USUAL, *filter(has_family, [*asked, *SPARE])]))


def has_family(name: str) -> bool:
    """Whether there is such a family, in both weights."""
    return all(_path(name, bold) is not None for bold in (False, True))


def _path(name: str, bold: bool) -> Path | None:
    package = find_spec("pygame_gui")
    assert package is not None
    assert package.origin is not None
    start = Path(package.origin).parent / "data" / f"{name}-{'Bold' if bold else 'Regular'}"
    return next((path for ending in (".ttf", ".otf") if (path := Path(f"{start}{ending}")).is_file()), None)


@cache
def font_file(number: int, bold: bool) -> Path:
    """Where one of the families lies."""
    path = _path(families()[number], bold)
    assert path is not None
    return path


def family_of(language: str) -> int:
    """Which of the families has most of what is written in the language: for what is in one type alone."""
    font = language_or_code(language).font
    return families().index(font if font is not None and font in families() else USUAL[-1])


@cache
def _outlines(number: int, bold: bool) -> bytes:
    """What is in a family's file: all its sizes share it, for each would else hold the file open."""
    return font_file(number, bold).read_bytes()


@lru_cache(maxsize=64)
def _font(number: int, size: int, bold: bool) -> Font:
    """One family in one size; read only when it is needed, since that with Han characters is large."""
    pygame.font.init()
    font = Font(BytesIO(_outlines(number, bold)), size)
    script = LEFTWARDS.get(families()[number])
    if script is not None:
        with suppress(pygame.error):  # Where SDL was built without what shapes such scripts.
            font.set_direction(pygame.DIRECTION_RTL)
            font.set_script(script)
    return font


@cache
def family(character: str) -> int:
    """Which of the families shows the character: the first that has it, or else, as a box, the first of all."""
    return _family(character) or 0


def missing(words: str) -> str:
    """The characters that no family has, each once, in their order: what would be shown as boxes."""
    return "".join(dict.fromkeys(character for character in words if _family(character) is None))


@cache
def _family(character: str) -> int | None:
    """The first family whose picture of the character is not that of a missing one; None if there is none."""
    for number in range(len(families())):
        font = _font(number, 24, False)
        if font.metrics(character) != font.metrics(NO_CHARACTER):
            return number
        pictures = (font.render(text, True, (0, 0, 0)) for text in (character, NO_CHARACTER))
        if len({pygame.image.tobytes(picture, "RGBA") for picture in pictures}) > 1:
            return number
    return None


def _runs(text: str) -> list[tuple[int, str]]:
    """The text cut where the family changes and around WIDE signs; an empty one is in the first.

    Blanks between words that are written from right to left belong to them: else those would stand in a wrong order.
    """
    if not any(map(family, text)):  # As nearly always.
        return [(0, text)]
    numbers: list[int] = []
    for character in text:
        before = numbers[-1] if numbers else 0
        numbers.append(before if character == " " and families()[before] in LEFTWARDS else family(character))
    pairs = groupby(zip(numbers, text, strict=True), lambda pair: (pair[0], pair[1] in WIDE))
    return [(number, "".join(character for _, character in run)) for (number, _), run in pairs]


def _spared(font: Font, run: str) -> tuple[int, int]:
    """How many pixels are left out before and after a run: of WIDE signs all room but a little, of roots their line."""
    if not run or run[0] not in WIDE:
        return 0, 0
    first, last = font.metrics(run[0])[0], font.metrics(run[-1])[0]
    assert first is not None
    assert last is not None
    left = max(1, round(BEARING * font.get_height()))
    if run[-1] == "√":
        return max(0, first[0] - left), round(ROOT * last[4])
    return max(0, first[0] - left), max(0, last[4] - last[1] - left)


def _frame(size: int, bold: bool, runs: list[tuple[int, str]]) -> tuple[int, int]:
    """How far below its top a line's baseline lies, and how tall the line is: as in the first family.

    So lines of one size stand alike, whatever is in them. Families of tall scripts add as much above as below.
    """
    first = _font(0, size, bold)
    ascent, descent, spare = first.get_ascent(), first.get_height() - first.get_ascent(), 0
    for number in {number for number, _ in runs} - set(range(len(USUAL))):
        font = _font(number, size, bold)
        spare = max(spare, font.get_ascent() - ascent, font.get_height() - font.get_ascent() - descent)
    return ascent + spare, first.get_height() + 2 * spare


@lru_cache(maxsize=8192)
def width(text: str, size: int, bold: bool = False) -> int:
    """How many pixels wide the text is."""
    return sum(_run_width(number, size, bold, _alike(run)) for number, run in _runs(text))


def _alike(run: str) -> str:
    """A run that is as wide: numbers that change need not be measured again."""
    return run[:1] + run[1:-1].translate(ALIKE) + run[1:][-1:]


@lru_cache(maxsize=8192)
def _run_width(number: int, size: int, bold: bool, run: str) -> int:
    """How many pixels wide a run in one of the families is."""
    font = _font(number, size, bold)
    return font.size(run)[0] - sum(_spared(font, run))


@hot_cached
def rendered(text: str, size: int, color: Color, bold: bool = False) -> pygame.Surface:
    """The text as a picture with transparent ground; shared, so not to be drawn upon."""
    runs = _runs(text)
    if len(runs) == 1 and runs[0][0] == 0:
        return _font(0, size, bold).render(runs[0][1], True, color)
    ascent, height = _frame(size, bold, runs)
    picture = pygame.Surface((width(text, size, bold), height), pygame.SRCALPHA)
    picture.fill((*color, 0))
    x = 0
    for number, run in runs:
        font = _font(number, size, bold)
        part, (before, after) = font.render(run, True, color), _spared(font, run)
        shown = (before, 0, part.get_width() - before - after, part.get_height())
        picture.blit(part, (x, ascent - font.get_ascent()), shown)
        x += shown[2]
    return picture


@hot_cached
def haloed(text: str, size: int, color: Color, halo: Color, bold: bool = False) -> pygame.Surface:
    """The text with a rim of the halo's colour, legible on any map."""
    face, rim = rendered(text, size, color, bold), rendered(text, size, halo, bold)
    width = max(1, size // 10)
    picture = pygame.Surface((face.get_width() + 2 * width, face.get_height() + 2 * width), pygame.SRCALPHA)
    picture.fill((*halo, 0))
    # Strokes are wider than the rim: its corners and, where it is wide, its sides cover what lies between.
    steps = range(0, 2 * width + 1, max(1, 2 * width if width == 1 else width))
    picture.fblits([(rim, (dx, dy)) for dx in steps for dy in steps])
    picture.blit(face, (width, width))
    return picture


@lru_cache(maxsize=1024)
def fitted(text: str, size: int, room: int, bold: bool = False) -> str:
    """The text, shortened with an ellipsis if it is wider than the room."""
    if width(text, size, bold) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        shorter = text[:end].rstrip() + "…"
        if width(shorter, size, bold) <= room:
            return shorter
    return ""


def suited(forms: Iterable[str], sizes: Sequence[int], room: int) -> tuple[str, int]:
    """The first of the forms that there is room for, in the first height of type in which there is; or nothing."""
    ways = ((form, size) for form in forms for size in sizes)
    return next((way for way in ways if width(*way) <= room), ("", sizes[-1]))


def label_size(text: str, size: int, bold: bool = False) -> tuple[int, int]:
    """Width and height of `haloed` text."""
    rim = 2 * max(1, size // 10)
    return width(text, size, bold) + rim, _frame(size, bold, _runs(text))[1] + rim
