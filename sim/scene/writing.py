"""From a scene to a TOML file: what is written here is read as an equal scene."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import numpy as np

from ..base.languages import TRANSLATIONS
from ..base.version import VERSION
from ..descent.examples.recipes import EXAMPLES
from ..descent.lane import Lane
from ..descent.rules import RULES
from ..descent.schedules import CONSTANT, SCHEDULES
from ..surface.functions import SURFACES
from .speech import Caption, Translation
from .tables import Claim
from .value import Scene
from .words import SceneError, excerpt, path_text


def scene_text(scene: Scene) -> str:
    """The scene as a TOML text for `parse_scene`, with all of its numbers, the usual ones too.

    >>> from three_marbles.scene import load_scene
    >>> scene_text(load_scene("ravine")).splitlines()[0]
    'title = "Ravine"'
    """
    return tables_text(scene_tables(scene))


def tables_text(tables: dict[str, Any]) -> str:
    """Such tables as a TOML text."""
    import tomli_w  # noqa: PLC0415  Only what writes scenes needs it.

    return tomli_w.dumps(tables)


def scene_tables(scene: Scene) -> dict[str, Any]:
    """The scene as the tables of its file: dicts and lists of the caller's own.

    What is said of lanes that have been removed by hand is left out. A lane whose batches hold all examples
    has the batch size "full", and so keeps it where N is changed. A start that was dropped outside of the window is
    allowed in what this program saved, and so these are tables of that kind.
    """
    window, count = scene.window, scene.examples.count
    names = {lane.name for lane in scene.lanes}
    captions = tuple(caption for caption in scene.captions if caption.lane is None or caption.lane in names)
    question = scene.question if scene.question and names.issuperset(scene.question.answer) else None
    tables = {
        "title": scene.title,
        "look": scene.look,
        "seed": scene.seed,
        "updates": scene.updates,
        "start": scene.start,
        "window": ((window.x0, window.x1), (window.y0, window.y1)),
        "surface": None if scene.surface is None else _registered(SURFACES, "surface.kind", scene.surface),
        "examples": _registered(EXAMPLES, "examples.kind", scene.examples),
        "machine": asdict(scene.machine),
        "view": asdict(scene.view),
        "lane": {lane.name: _lane(lane, count, claim) for lane, claim in zip(scene.lanes, scene.claims, strict=True)},
        "question": None if question is None else question.model_dump(),
        "caption": tuple(map(_caption, captions)) or None,
        "saved": None if window.contains(np.array(scene.start)) else {"scene": scene.name, "version": VERSION},
        **{code: _translation(words, names) for code, words in scene.translations},
    }
    return cast(dict[str, Any], _plain(tables))


def outsiders(scene: Scene) -> tuple[str, ...]:
    """Where in a scene something stands that no file can name, since it is none of the program's own."""
    parts: list[tuple[Mapping[str, type[Any]], str, Any]] = [
        (RULES, path_text("lane", lane.name, "rule"), lane.rule) for lane in scene.lanes
    ]
    parts += [(SCHEDULES, path_text("lane", lane.name, "schedule"), lane.schedule) for lane in scene.lanes]
    if scene.surface is not None:
        parts.append((SURFACES, "surface", scene.surface))
    parts.append((EXAMPLES, "examples", scene.examples))
    return tuple(place for registry, place, part in parts if type(part) not in registry.values())


def _registered(registry: Mapping[str, type[Any]], place: str, value: Any) -> dict[str, Any]:
    """A registered dataclass with the name of its kind in front, as the last step of its place is called."""
    name = next((name for name, kind in registry.items() if kind is type(value)), None)
    if name is None:  # Files are data: they bring no kinds of their own.
        known, own = ", ".join(registry), excerpt(type(value).__name__)
        raise SceneError(f"{place} cannot be written to a file, which may name {known}, but not {own}")
    return {place.rpartition(".")[2]: name, **asdict(value)}


def _lane(lane: Lane, count: int, claim: Claim | None) -> dict[str, Any]:
    schedule = path_text("lane", lane.name, "schedule", "kind")
    return {
        **_registered(RULES, path_text("lane", lane.name, "rule"), lane.rule),
        "schedule": None if lane.schedule == CONSTANT else _registered(SCHEDULES, schedule, lane.schedule),
        "batch_size": "full" if lane.batch_size == count else lane.batch_size,
        "sampling": lane.sampling,
        "drop_last": lane.drop_last,
        "claim": None if claim is None else claim.model_dump(exclude_none=True),
    }


def _caption(caption: Caption) -> dict[str, Any]:
    """Its fields, with the other languages below the English."""
    return dict.fromkeys(("on", "text", *TRANSLATIONS)) | caption.model_dump()


def _translation(words: Translation, names: set[str]) -> dict[str, Any]:
    lanes = {name: translated for name, translated in words.lane if name in names}
    return {**asdict(words), "lane": lanes or None}


def _plain(value: Any) -> Any:
    """What TOML has: lists for tuples, and nothing where there is nothing."""
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items() if item is not None}
        case tuple() | list():
            return [_plain(item) for item in value]
    return value
