"""The file: markup, style and script of a page, with a race in it, and its scene as a text that can be opened again.

Whatever a scene says is in the file as data alone: escaped, in attributes and in JSON, and the page's script makes text
of it, never markup. A policy in the file forbids the browser to load anything, and to run any script but the page's.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path

from ....base.files import OutputError, whole_file
from ....base.limits import THEMES
from ....base.resources import asset
from ....descent.clock import UPDATES
from ....descent.digest import digest
from ....scene import Scene
from ....scene.carriers import CARRYING_META, sealed
from ....scene.reading import Saved
from ....scene.saving import saved_text
from ....scene.writing import outsiders
from ....study.odds.odds import Odds
from ...style.theme import load_theme
from .ground import MOST_GRIDS, nodes_for
from .odds import odds_data
from .race import LARGEST_BATCHES, Json, Span, computed, race_data
from .words import DAMAGED, NO_SCRIPT, OPENS, page_words, static

SCRIPTS = (
    "text",
    "race",
    "state",
    "ground",
    "camera",
    "map",
    "relief",
    "raster",
    "chart",
    "cards",
    "odds",
    "controls",
    "page",
)
"""The parts of the script, in assets/page/, in the order in which they stand in the file."""
INDEX = "index.html"
"""What the page is called that leads to those beside it."""
HOME = f'<a id="home" href="{INDEX}">Three Marbles</a>'
"""The way back there."""
GENERATOR = b'<meta name="generator" content="Three Marbles">'
"""What is in the head of every page of the program."""
HEAD = 1 << 12
"""Bytes in which it is looked for."""
LARGEST = 10_000_000
"""Bytes that a page may have: a telephone takes it in, and it can be sent by mail."""
# Bytes of a moment of a lane: positions and losses in base64, and its evidence.
MOMENT = 4 * 8 * 4 / 3 + 60
# Bytes of a number of what each example's loss adds to land.
FLOAT = 4 * 4 / 3
# Bytes of all else, at most: script, style, words, ground.
REST = 400_000
OTHER_SEED, SAID = 2_500, 14
"""Bytes of what is told of a lane with another seed, and those of each update: verdicts change with it."""


def save_page(scene: Scene, path: Path, clock: str = UPDATES, ticks: int | None = None, seeds: int = 1) -> Span:
    """Save a race as a page, and the races with the next seeds with it; the first one is what the file carries.

    Raises:
        OutputError: the file cannot be written, or would be too large, which is known before the race is computed.
    """
    check_size(scene, clock, ticks, path, seeds)
    span, *others = (computed(seeded, clock, ticks) for seeded in with_seeds(scene, seeds))
    write_page(path, span, others)
    return span


def with_seeds(scene: Scene, seeds: int) -> list[Scene]:
    """The scene with its own seed and those that follow."""
    return [replace(scene, seed=scene.seed + each) for each in range(seeds)]


def write_page(
    path: Path, span: Span, others: Sequence[Span] = (), odds: Odds | None = None, *, among: bool = False
) -> None:
    """Save races that were computed.

    among: whether the page stands beside INDEX, to which it leads back.

    Raises:
        OutputError: the file cannot be written, or would be too large.
    """
    content = page(span, others, odds, among=among).encode("utf-8")
    if len(content) > LARGEST:
        raise OutputError(_too_large(path, "", len(content), 1 + len(others)))
    with whole_file(path) as stream:
        stream.write(content)


def check_size(scene: Scene, clock: str, ticks: int | None, path: Path, seeds: int = 1) -> int:
    """How many bytes a page will have at most.

    Raises:
        OutputError: it would be too large.
    """
    size = expected_size(scene, clock, ticks, seeds)
    if size > LARGEST:
        raise OutputError(_too_large(path, "at most ", size, seeds))
    return size


def expected_size(scene: Scene, clock: str, ticks: int | None, seeds: int = 1) -> int:
    """How many bytes a page will have, at most, if no marble leaves the race before its end."""
    timing = scene.timing(clock)
    last = max(timing.tick(lane, scene.updates) for lane in range(len(scene.lanes))) if ticks is None else ticks
    count = scene.examples.count
    size = REST + FLOAT * min(count, MOST_GRIDS) * (nodes_for(count) ** 2 + count)
    for lane, each in enumerate(scene.lanes):
        updates = timing.updates(lane, last)
        batches = 2 * each.batch_size * (updates + 1) if each.batch_size < count else 0
        size += seeds * MOMENT * updates + (seeds - 1) * (OTHER_SEED + SAID * updates)
        size += seeds * (4 / 3 * (batches + 2 * updates) if batches <= LARGEST_BATCHES else 0)
    return round(size)


def _too_large(path: Path, about: str, size: int, seeds: int) -> str:
    fewer = (
        "fewer updates with --updates" if seeds == 1 else "fewer seeds with --seeds, or fewer updates with --updates"
    )
    return f"{path} would have {about}{size / 1e6:.1f} MB, but a page may have {LARGEST / 1e6:.0f}: ask for {fewer}"


def page(span: Span, others: Sequence[Span] = (), odds: Odds | None = None, *, among: bool = False) -> str:
    """The whole file."""
    scene, texts = span.scene, span.scene.texts("en")
    race = {
        **race_data(span, others),
        "odds": None if odds is None else odds_data(odds),
        "opens": not outsiders(scene),
        "words": page_words(span),
        "themes": themes(),
    }
    script, style = page_script(), page_style()
    blanks = {
        "policy": policy(script, style),
        "carrying": _carrying(span),
        "title": escape(f"{texts.title} – Three Marbles"),
        "noscript": static(NO_SCRIPT),
        "damaged": static(DAMAGED) + ("" if outsiders(scene) else static(OPENS, command="three-marbles FILE")),
        "style": style,
        "home": HOME if among else "",
        "race": embedded(race),
        "script": script,
    }
    markup = asset("page", "page.html").read_text(encoding="utf-8")
    return filled(markup, blanks)


def _carrying(span: Span) -> str:
    """The scene as a text that can be opened again; nothing where no file can hold it."""
    if outsiders(span.scene):
        return ""
    saved = Saved(span.scene, span.ticks, span.clock, digest(span.race, span.ticks))
    return f'<meta name="{CARRYING_META}" content="{escape(sealed(saved_text(saved)))}">'


def filled(markup: str, blanks: dict[str, str]) -> str:
    """The markup with its {{blanks}} filled in, each once: what fills one is not looked through for others."""
    parts = markup.split("{{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}}")
        filled += [blanks[name], rest]
    return "".join(filled)


def embedded(value: Json) -> str:
    """JSON that can stand within a <script>: nothing in it ends that, or begins anything."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def policy(script: str, style: str) -> str:
    """What the browser may do with the page: run this script, with this style, and load nothing."""
    return (
        f"default-src 'none'; script-src '{hashed(script)}'; style-src '{hashed(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def hashed(text: str) -> str:
    """What such a policy calls a script or style by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


@cache
def page_style() -> str:
    """The style."""
    return asset("page", "page.css").read_text(encoding="utf-8")


@cache
def page_script() -> str:
    """The script: all of its parts, in a scope of their own."""
    return '"use strict";\n(() => {\n' + "\n".join(_parts(SCRIPTS)) + "\n})();\n"


def _parts(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        yield asset("page", f"{name}.js").read_text(encoding="utf-8")


def themes() -> Json:
    """The colours of both themes, as a page has them."""
    found = {}
    for name in THEMES:
        theme = load_theme(name)
        colors = {
            key: _hex(getattr(theme, key))
            for key in (
                *("background", "panel", "border", "text", "muted", "faint", "grid", "high"),
                *("mark", "halo", "level", "glow", "shadow", "cut"),
            )
        }
        found[name] = {**colors, "lanes": [*map(_hex, theme.lanes)], "land": [*map(_hex, theme.land)]}
    return found


def _hex(color: tuple[int, int, int]) -> str:
    return f"#{bytes(color).hex()}"
