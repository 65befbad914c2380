"""What the arguments choose."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ...base.files import OutputError, located
from ...base.languages import ENGLISH
from ...descent.digest import departure
from ...descent.race import Race
from ...scene import OPENING, Scene
from ...scene.lesson import without_particulars
from ...scene.reading import Saved, load_saved, sources
from ...scene.words import excerpt
from .output import Place
from .terminal import remark, told_if_long

READING = "reading the scene takes a while here: if it names no window, one is searched for on its surface"


def chosen_saved(
    name_or_path: str | None,
    seed: int | None = None,
    view: Literal["map", "relief"] | None = None,
    together: bool = False,
    turned: tuple[float | None, float | None] = (None, None),
) -> Saved:
    """The scene of that name or in that file, with its moment if it was saved; the opening scene if none is named.

    With that seed if one is given, and seen that way; all marbles on one map, if that is asked for. turned: the yaw and
    the tilt of land; either of them implies land.
    """
    with told_if_long(READING):
        saved = load_saved(OPENING if name_or_path is None else name_or_path)
    if view is not None:
        saved = replace(saved, scene=replace(saved.scene, view=replace(saved.scene.view, kind=view)))
    angles: dict[str, Any] = {
        name: angle for name, angle in zip(("yaw", "tilt"), turned, strict=True) if angle is not None
    }
    if angles:
        seen = replace(saved.scene.view, kind="relief", **angles)
        saved = replace(saved, scene=replace(saved.scene, view=seen))
    if together:
        saved = replace(saved, scene=replace(saved.scene, view=replace(saved.scene.view, maps="together")))
    if seed in (None, saved.scene.seed):
        return saved
    return replace(saved, scene=without_particulars(replace(saved.scene, seed=seed)), digest=())


def chosen_view(arguments: argparse.Namespace, name_or_path: str | None) -> Saved:
    """The scene of that name or in that file, with the seed and the view that the arguments choose."""
    turned = (arguments.yaw, arguments.tilt)
    return chosen_saved(name_or_path, arguments.seed, arguments.view, arguments.together, turned)


def keep_sources(arguments: argparse.Namespace, written: Mapping[str, Place]) -> None:
    """Let none of the files that will be written, by their options, be one that is read: it would be lost.

    Raises:
        OutputError: one is.
    """
    named, rules = getattr(arguments, "scene", None), getattr(arguments, "rules", None) or ()
    read = [*map(Path, rules), *(() if named is None else sources(named))]
    places = {located(path) for path in read if os.path.exists(path)}
    for option, path in written.items():
        if isinstance(path, Path) and located(path) in places:
            lost = "which is read here and would be overwritten"
            raise OutputError(f"--{option} names {path}, {lost}; name another file")


def compare(saved: Saved, race: Race) -> None:
    """Say where a race departs from the one that the file tells of, if it does."""
    if (found := departure(race, saved.digest)) is not None:
        sentence = found.sentence.format(same=found.same, other=found.other)
        remark(f"{sentence[:1].lower()}{sentence[1:]}")


def tell_of_failures(race: Race) -> None:
    """Say with which lanes' rules something is wrong, if they are from outside."""
    for track in race.tracks:
        if track.failure:
            remark(f"the rule of lane {excerpt(track.lane.name)} failed in update {track.overflow:,}: {track.failure}")


def tell_of_boxes(scene: Scene) -> None:
    """Say which names in the scene no installed font can show, so that they stand in a picture as boxes."""
    from ...stage.session.names import BOXES, unseen  # noqa: PLC0415  Only who draws needs the stage.

    for name, characters in unseen(scene, ENGLISH):
        sentence = BOXES.format(characters=characters, name=name)
        remark(f"{sentence[:1].lower()}{sentence[1:].rstrip('.')}")


def chosen_scene(name_or_path: str | None, seed: int | None = None) -> Scene:
    """The scene of that name or in that file, with that seed if one is given; the opening scene if none is named."""
    return chosen_saved(name_or_path, seed).scene
