"""Which scene is meant: by its name, in a file, as a value, or a surface on which one is made."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..base.limits import LARGEST_SEED, MOST_UPDATES
from ..descent.clock import Machine
from ..descent.examples.recipes import MOST_EXAMPLES, Recipe, TiltedExamples
from ..descent.lane import Lane
from ..descent.problem import Problem
from ..descent.rules.plain.gradient_descent import GradientDescent
from ..scene import OPENING, Scene, load_scene, scene_files
from ..scene.lesson import without_particulars
from ..scene.mistakes import oddities
from ..scene.speech import LONGEST_TEXT, LONGEST_TITLE
from ..scene.view import LandView
from ..scene.words import path_text
from ..surface.functions import SURFACES as KNOWN
from ..surface.protocol import LARGEST, ClosedForm, Window
from .lanes import Added, with_rules, within_bounds, words
from .mistakes import UseError, number, point, shown, whole_number
from .names import SURFACES
from .surfaces import Surface

if TYPE_CHECKING:
    from .races import Race

USUAL_UPDATES = 400
USUAL_COUNT = 20
SHARE = 0.5
"""Usual learning rates, over the longest step that the sharpest curvature of the window bears without a bounce."""

SceneLike: TypeAlias = "str | os.PathLike[str] | Scene | Surface | Race"
"""By what a scene may be named: its name or a path, itself, a surface of one's own, or a race whose scene it is."""


def scenes() -> tuple[str, ...]:
    """The names of the scenes that come with the program.

    >>> scenes()[:3]
    ('local-minimum', 'on-the-saddle', 'sharp-and-flat')
    """
    return tuple(scene_files())


def load(name_or_path: str | os.PathLike[str]) -> Scene:
    """The scene of that name, or in the file at that path: TOML, or a picture or film that the program saved.

    Raises:
        SceneError: there is none, or it cannot be read, or something in it is wrong.
        UseError: nothing is named.

    >>> load("local-minimum").start
    (-2.9, -0.6)
    """
    named = os.fspath(name_or_path) if isinstance(name_or_path, str | os.PathLike) else name_or_path
    if not isinstance(named, str) or not named.strip():
        raise UseError(
            f'a scene is named by its name, such as "{OPENING}", or by a path to a file, not by {shown(named)}'
        )
    return load_scene(named)


def scene_on(
    surface: "ClosedForm | Surface",
    start: Any,
    *,
    rules: Mapping[str, Added] | None = None,
    sigma: float | None = None,
    count: int = USUAL_COUNT,
    updates: int = USUAL_UPDATES,
    title: str | None = None,
    look: str | None = None,
) -> Scene:
    """A scene on a surface: a `Surface` of one's own, or one of SURFACES.

    Its examples tilt the surface, ℓ = f(θ) + n·θ with Σ n = 0, so that the training loss is the surface itself.

    start: where the marbles start, (x, y).
    rules: the lanes, by name; without any they are the lecture's three, with a rate that the surface bears.
    sigma: how much the examples differ, the deviation of n along each axis; as much as the surface is steep, if None.
    count: how many examples there are.

    Raises:
        UseError: something is asked for wrongly.

    >>> from three_marbles import Surface
    >>> bowl = Surface(lambda x, y: x**2 + 3 * y**2, window=((-2, 2), (-1, 1)))
    >>> [lane.name for lane in scene_on(bowl, (-1.5, 0.5)).lanes]
    ['full batch', 'minibatch', 'momentum']
    """
    ground: Any = checked_surface(surface)
    place = point("start", start)
    examples = whole_number("count", count, 1, MOST_EXAMPLES)
    plain = Problem(*TiltedExamples(0.0, 1).sums(ground), ground.usual_window)
    spread = _round(plain.units.gradient) if sigma is None else number("sigma", sigma, 0.0, LARGEST)
    if not spread <= LARGEST:
        raise UseError(f"surface is so steep that sigma would be {spread:g}, more than {LARGEST:,.0f}; give one")
    recipe: Recipe = TiltedExamples(spread, examples)
    usual = rules is None or (isinstance(rules, Mapping) and not rules)
    lanes = _usual_lanes(plain, examples) if usual else ()
    name = ground.name if isinstance(ground, Surface) else type(ground).__name__
    scene = Scene(
        name="".join(letter if letter.isalnum() else "-" for letter in name).strip("-") or "surface",
        title=_title(name) if title is None else words("title", "title", title),
        look=_look(ground, name) if look is None else words("look", "look", look),
        seed=0,
        updates=whole_number("updates", updates, 1, MOST_UPDATES),
        start=place,
        window=ground.usual_window,
        surface=ground,
        examples=recipe,
        machine=Machine(),
        lanes=lanes,
        claims=(None,) * len(lanes),
        view=LandView(kind="relief"),
    )
    return scene if rules is None else with_rules(scene, rules)


def checked_surface(surface: Any) -> Any:
    """A surface, if it is one, and its numbers may stand in a scene file if it is the program's.

    Raises:
        UseError: it is none; the message says what would be one.
    """
    if isinstance(surface, type):
        raise UseError(f"surface is the class {surface.__name__}; make one of it: {surface.__name__}(…)")
    if surface is SURFACES["formula"]:
        raise UseError('surface is what reads a formula; give it one: SURFACES["formula"]("x^2 + y^2")')
    if isinstance(surface, str):
        example = f'SURFACES["{surface if surface in SURFACES else "himmelblau"}"]'
        raise UseError(f"surface must be a surface, such as {example}(), not its name, {shown(surface)}")
    missing = [name for name in ("value", "gradient", "hessian") if not callable(getattr(surface, name, None))]
    if missing and callable(surface):
        raise UseError("surface is a function; make a Surface of it, such as Surface(f, window=((-1, 1), (-1, 1)))")
    if missing:
        raise UseError(f"surface must be a Surface or one of SURFACES, not {shown(surface)}")
    if not isinstance(getattr(surface, "usual_window", None), Window):
        raise UseError(f"surface has no usual_window: {type(surface).__name__} needs a Window of that name")
    if type(surface) in KNOWN.values():
        bounded = within_bounds("the surface", type(surface), surface)
        for path, problem in oddities({"surface": json.loads(json.dumps(asdict(bounded)))}):
            raise UseError(f"the {path_text(*path[1:])} of the surface {problem}")
        return bounded
    return surface


def resolve_scene(
    what: SceneLike,
    *,
    seed: int | None = None,
    rules: Mapping[str, Added] | None = None,
    start: Any = None,
) -> Scene:
    """The scene that is meant, with that seed and start, and these lanes besides its own.

    Raises:
        SceneError: there is no such scene.
        UseError: something is asked for wrongly.
    """
    from .races import Race  # noqa: PLC0415  A race asks here for its scene.

    if isinstance(what, Surface):
        if start is None:
            raise UseError("a surface says not where the marbles start: give start=(x, y)")
        scene = scene_on(what, start, rules=rules)
        return scene if seed is None else replace(scene, seed=_seed(seed))
    match what:
        case Race():
            scene = what.scene
        case Scene():
            scene = what
        case str() | os.PathLike():
            scene = load(what)
        case _:
            raise UseError(f"a scene is meant by its name or path, as a Scene, or by a Surface, not {shown(what)}")
    changed = scene if rules is None else with_rules(scene, rules)
    if seed is not None:
        changed = replace(changed, seed=_seed(seed))
    if start is not None:
        changed = replace(changed, start=point("start", start))
    return scene if changed == scene else without_particulars(changed)


def updates_of(scene: Scene, updates: int | None) -> int:
    """So many updates, or as many as the scene is meant to be watched for."""
    return scene.updates if updates is None else whole_number("updates", updates, 0, MOST_UPDATES)


def _seed(seed: Any) -> int:
    return whole_number("seed", seed, 0, LARGEST_SEED)


def _usual_lanes(problem: Problem, count: int) -> tuple[Lane, ...]:
    """The lecture's three, with a learning rate that suits the surface."""
    from ..descent.rules import RULES  # noqa: PLC0415  Who brings lanes needs none of them.

    sharpest = max((minimum.eigenvalues[1] for minimum in problem.minima), default=problem.units.curvature)
    rate = _round(SHARE / sharpest) if 0 < sharpest < np.inf else 0.1
    momentum: Any = RULES["momentum"]
    return (
        Lane("full batch", GradientDescent(rate), count),
        Lane("minibatch", GradientDescent(rate), 1),
        Lane("momentum", momentum(rate), count),
    )


def _round(value: float) -> float:
    return float(f"{value:.2g}")


def _capital(name: str) -> str:
    words = name.strip("_").replace("_", " ") or "a surface"
    return words[:1].upper() + words[1:]


def _title(name: str) -> str:
    return _capital(name if name.isidentifier() else "a surface")[:LONGEST_TITLE]


def _look(surface: "ClosedForm | Surface", name: str) -> str:
    text = f"The surface is {_capital(name)}."
    if isinstance(surface, Surface):
        which = f"the Python function {name}" if name.isidentifier() else "a Python function"
        text = f"The surface is {which}: {surface.derivatives}."
    return text[:LONGEST_TEXT]
