"""Scenes with rules or a surface that no file can name, as a Python program may make them: what can be changed of them.

Numbers are changed in the tables of a scene. Of what no table can hold these have a stand-in, with a lane's learning
rate, its batches and its schedule; then it comes back into what has become of them.
"""

from dataclasses import fields, replace
from typing import Any

from ...descent.rules import RULES
from ...descent.rules.guard import RuleFailure, with_settings
from ...descent.rules.plain.gradient_descent import GradientDescent
from ...scene import Scene, SceneError
from ...scene.words import path_text
from ...scene.writing import outsiders
from ...surface.functions import SURFACES
from .settings import tables_of

RATE = "learning_rate"
"""The only number that any rule is known to have."""
PARTICULARS = tuple(field.name for field in fields(GradientDescent) if field.name != RATE)
"""What the stand-in of a rule has besides, and the rule perhaps not."""


def foreign_rule(rule: object) -> bool:
    """Whether no file can name it."""
    return type(rule) not in RULES.values()


def foreign_surface(scene: Scene) -> bool:
    """Whether no file can name what lies under the marbles."""
    return scene.surface is not None and type(scene.surface) not in SURFACES.values()


def open_tables(scene: Scene) -> dict[str, Any]:
    """The tables of a scene whose numbers can be changed, whatever its rules and its surface are.

    Raises:
        SceneError: something else in it can be in no table.
    """
    if not outsiders(scene):
        return tables_of(scene)
    strange = [lane.name for lane in scene.lanes if foreign_rule(lane.rule)]
    lanes = tuple(
        replace(lane, rule=GradientDescent(lane.rule.learning_rate)) if lane.name in strange else lane
        for lane in scene.lanes
    )
    surface: Any = SURFACES["quadratic"]() if foreign_surface(scene) else scene.surface
    tables = tables_of(replace(scene, lanes=lanes, surface=surface))
    for name in strange:
        for key in PARTICULARS:
            del tables["lane"][name][key]
    return tables


def restored(changed: Scene, scene: Scene) -> Scene:
    """A scene that was made of such tables, with what a stand-in stood for.

    scene: that of the tables; it has the same lanes.

    Raises:
        SceneError: a rule does not take its learning rate.
    """
    if not outsiders(scene):
        return changed
    pairs = zip(changed.lanes, scene.lanes, strict=True)
    lanes = tuple(
        replace(now, rule=_with_rate(was.rule, now.rule.learning_rate, now.name)) if foreign_rule(was.rule) else now
        for now, was in pairs
    )
    return replace(changed, lanes=lanes, surface=scene.surface if foreign_surface(scene) else changed.surface)


def _with_rate(rule: Any, rate: float, lane: str) -> Any:
    try:
        return with_settings(rule, learning_rate=rate)
    except RuleFailure as error:
        raise SceneError(f"{path_text('lane', lane, RATE)}={rate:g}: {error}") from error
