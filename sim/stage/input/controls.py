"""The panel of controls: what it holds is a value, made from the session; widgets only show it.

`sections` says, without pygame_gui, which controls there are, what they stand at and which message each
move of them sends. `ControlPanel` shows them with pygame_gui's widgets and turns events into those messages.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from ...descent.clock import CLOCKS
from ...descent.data import MOST_EXAMPLES
from ...descent.rules import RULES, rule_name
from ...languages import following, known
from ...scene import SceneError, load_scene, scene_files
from ...study.maps.swarm import SIZES, SPREADS
from ...surface.formula import Formula
from ..picture.views import VIEWS
from ..session.examples import SetCount, SetSigma, chosen
from ..session.lanes import (
    HIGHEST_DECAY,
    AddLane,
    ChooseRule,
    DuplicateLane,
    RemoveLane,
    SelectLane,
    SetBatchSize,
    SetHyperparameter,
    memory,
    two_digits,
)
from ..session.odds import ShowOdds, TurnSheet
from ..session.playback import ChooseClock, ChooseSpeed, Restart
from ..session.session import SPEEDS, Message, Session
from ..session.setup import NewSeed, OpenScene, SetFormula, SetSeed
from ..session.view import ChangeLanguage, ChangeTheme, ChooseSpread, ChooseSwarm, Present, ToggleView
from ..style.numbers import SYMBOLS, short
from ..style.theme import Theme

RATES = (1e-4, 1e1)  # Ends of the slider of learning rates, which is logarithmic.
SIGMAS = (1e-2, 1e2)  # Ends of the slider of σ, logarithmic too; its left end is 0.


@dataclass(frozen=True)
class Slider:
    """A number between two ends; `position` and the message's argument go from 0 to 1."""

    name: str
    label: str
    value: str
    position: float
    message: Callable[[float], Message]
    tip: str


@dataclass(frozen=True)
class Choice:
    """One of several options, in a menu."""

    name: str
    label: str
    options: tuple[str, ...]
    chosen: str
    message: Callable[[int], Message]
    tip: str


@dataclass(frozen=True)
class Button:
    """Something to press; some are lit."""

    name: str
    label: str
    message: Message
    tip: str
    lit: bool = False


@dataclass(frozen=True)
class Buttons:
    """Buttons side by side, at most so many in a row."""

    label: str
    buttons: tuple[Button, ...]
    columns: int


@dataclass(frozen=True)
class Entry:
    """A line of text to type."""

    name: str
    label: str
    text: str
    hint: str
    """What stands there while it is empty."""
    message: Callable[[str], Message]
    tip: str


Control = Slider | Choice | Buttons | Entry


def controls(session: Session, theme: Theme) -> tuple[Control, ...]:
    """All the controls, from top to bottom."""
    return (*_race_controls(session, theme), *_lane_controls(session, theme), *_picture_controls(session, theme))


@cache
def scene_titles(language: str) -> tuple[str, ...]:
    """The titles of the scenes that come with the program, in the order of the menu."""
    return tuple(_title(name, language) for name in scene_files())


def _title(name: str, language: str) -> str:
    try:
        return load_scene(name).texts(language).title
    except SceneError:  # Its file has gone or changed since the program began; to open it will say so.
        return name


def _race_controls(session: Session, theme: Theme) -> list[Control]:
    say, scene = theme.say, session.scene
    clocks = {
        "updates": say("by updates"),
        "epochs": say("by epochs"),
        "serial": say("by time, serial machine"),
        "parallel": say("by time, parallel machine"),
    }
    return [
        Choice(
            "scene",
            say("scene"),
            scene_titles(theme.language),
            scene.texts(theme.language).title,
            OpenScene,
            say("1 … 9: the landscape, the examples and the lanes to start from"),
        ),
        Entry(
            "formula",
            say("f(x, y)"),
            scene.surface.formula if isinstance(scene.surface, Formula) else "",
            say("your own surface"),
            SetFormula,
            say("a surface of your own, such as x^2/4 + sin(3*x)*cos(y); Enter shows it"),
        ),
        Choice(
            "clock",
            say("clock"),
            tuple(clocks.values()),
            clocks[session.clock],
            lambda index: ChooseClock(list(CLOCKS)[index]),
            say("C: what the lanes have in common while they run"),
        ),
        Slider(
            "speed",
            say("speed"),
            say("{speed} a second", speed=short(SPEEDS[session.speed])),
            session.speed / (len(SPEEDS) - 1),
            lambda position: ChooseSpeed(round(position * (len(SPEEDS) - 1))),
            say("+ −: updates of the fastest lane in a second"),
        ),
        *_example_controls(session, theme),
        Buttons(
            say("seed {seed}", seed=scene.seed),
            (
                Button("restart", say("restart"), Restart(), say("R: the same race again, bit for bit")),
                Button("seed-", "−", SetSeed(scene.seed - 1), say("the seed before")),
                Button("seed+", say("new seed"), NewSeed(), say("N: other batches of the same examples")),
            ),
            3,
        ),
    ]


def _example_controls(session: Session, theme: Theme) -> list[Control]:
    """What of the examples can be changed: nothing where they were measured."""
    say, recipe = theme.say, cast(Any, session.scene.examples)
    rows: list[Control] = []
    if chosen(session.scene, "sigma"):
        rows.append(
            Slider(
                "sigma",
                say("spread of the examples, σ"),
                short(recipe.sigma),
                _position(recipe.sigma, SIGMAS),
                lambda position: SetSigma(_value(position, SIGMAS) if position > 0 else 0.0),
                say("U I: how much one example differs from the next; without it every batch is alike"),
            )
        )
    if chosen(session.scene, "count"):
        rows.append(
            Slider(
                "count",
                say("number of examples, N"),
                f"{recipe.count}",
                _position(recipe.count, (1, MOST_EXAMPLES)),
                lambda position: SetCount(round(_value(position, (1, MOST_EXAMPLES)))),
                say("Q W: how many training examples the loss is the mean of"),
            )
        )
    return rows


def _lane_controls(session: Session, theme: Theme) -> list[Control]:
    say, scene = theme.say, session.scene
    lane, count = scene.lanes[session.lane], scene.examples.count
    rule: Any = lane.rule
    lanes = scene.texts(theme.language).lanes
    picks = tuple(
        Button(
            f"lane{index}",
            f"{index + 1}",
            SelectLane(index),
            say("Shift 1 … 6: turn these controls to the lane {name}", name=name),
            lit=index == session.lane,
        )
        for index, name in enumerate(lanes)
    )
    rows: list[Control] = [
        Buttons(say("lane: {name}", name=lanes[session.lane]), picks, max(3, len(picks))),
        Choice(
            "rule",
            say("rule"),
            tuple(say(name) for name in RULES),
            say(rule_name(rule)),
            lambda index: ChooseRule(list(RULES)[index]),
            say("Y: how a gradient becomes a movement"),
        ),
        Slider(
            "rate",
            say("learning rate, η"),
            short(rule.learning_rate),
            _position(rule.learning_rate, RATES),
            lambda position: SetHyperparameter("learning_rate", two_digits(_value(position, RATES))),
            say("[ ]: how far a step goes for a given gradient"),
        ),
    ]
    kept = memory(rule)
    if kept is not None:
        rows.append(
            Slider(
                "memory",
                say("momentum, {symbol}", symbol=SYMBOLS[kept]),
                short(getattr(rule, kept)),
                getattr(rule, kept) / HIGHEST_DECAY,
                lambda position: SetHyperparameter(kept, min(round(position, 2), HIGHEST_DECAY)),
                say(", .: how much of the past lives on in the next step"),
            )
        )
    rows += [
        Slider(
            "batch",
            say("batch size, B"),
            say("{size} of {count}", size=lane.batch_size, count=count),
            _position(lane.batch_size, (1, max(count, 2))),
            lambda position: SetBatchSize(round(_value(position, (1, max(count, 2))))),
            say("; ': how many examples each step is computed from"),
        ),
        Buttons(
            "",
            (
                Button("add", say("add"), AddLane(), say("Insert: another lane, with plain descent")),
                Button("duplicate", say("duplicate"), DuplicateLane(), say("D: another lane like this one")),
                Button("remove", say("remove"), RemoveLane(), say("Delete: take this lane out of the race")),
            ),
            3,
        ),
    ]
    return rows


def _picture_controls(session: Session, theme: Theme) -> list[Control]:
    say = theme.say
    views = tuple(
        Button(
            f"view {name}",
            say(view.label),
            ToggleView(name),
            f"{view.key.title()}: {say(view.tip)}",
            name in session.views,
        )
        for name, view in VIEWS.items()
    )
    looks = (
        Button("theme", say("dark"), ChangeTheme(), say("T: light or dark"), session.theme == "dark"),
        Button("language", known(following(theme.language)).name, ChangeLanguage(), say("L: the next language")),
        Button("presenter", say("presenter"), Present(), say("P: bigger type and strokes, without this panel")),
    )
    sheets = (
        Button(
            "odds",
            say("odds"),
            ShowOdds(),
            say("J: what becomes of 1,000 seeds, counted in the background; again: stop, put away"),
            session.sheet == "odds",
        ),
        Button(
            "contrast",
            say("summary"),
            TurnSheet(),
            say("Shift J: the lecture's closing table, filled with what is measured"),
            session.sheet == "contrast",
        ),
    )
    return [
        Buttons(say("views"), views, 3),
        *_swarm_controls(session, theme),
        Buttons("", sheets, 2),
        Buttons("", looks, 3),
    ]


def _swarm_controls(session: Session, theme: Theme) -> list[Control]:
    say = theme.say
    sizes = (say("one marble"), *(f"{size:,}" for size in SIZES[1:]))
    return [
        Choice(
            "swarm",
            say("swarm"),
            sizes,
            sizes[SIZES.index(session.swarm)],
            lambda index: ChooseSwarm(SIZES[index]),
            say("Z: how many marbles run in each lane; the first has the scene's seed, each other the next one"),
        ),
        Choice(
            "spread",
            say("its start"),
            tuple(say(spread) for spread in SPREADS),
            say(session.spread),
            lambda index: ChooseSpread(list(SPREADS)[index]),
            say("Shift Z: at one point, marbles differ in their batches alone; apart, in where they start, too"),
        ),
    ]


def _position(value: float, ends: tuple[float, float]) -> float:
    """Where a value stands on a logarithmic slider, from 0 to 1."""
    if value <= ends[0]:
        return 0.0
    return min(math.log(value / ends[0]) / math.log(ends[1] / ends[0]), 1.0)


def _value(position: float, ends: tuple[float, float]) -> float:
    """The value at a position of a logarithmic slider, to two digits."""
    return two_digits(ends[0] * (ends[1] / ends[0]) ** position)
