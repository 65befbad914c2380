"""The one table of keys: what each says, in which words, and in which group.

The window answers by it, and help and tips are read off it; tests hold both READMEs and all languages to it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from ..views import ViewName
from .lanes import (
    AddLane,
    DuplicateLane,
    NextLane,
    NextRule,
    RemoveLane,
    ScaleBatchSize,
    ScaleLearningRate,
    SelectLane,
    ShiftMomentum,
)
from .odds import ShowOdds, TurnSheet
from .playback import ChangeClock, ChangeSpeed, GoToEnd, GoToStart, Play, Restart, Step, ToggleDrama, ToggleMotion
from .problem import ScaleSigma, StepCount
from .scenes import ShowScenes
from .session import Message
from .setup import EarlierSeed, NewSeed, NudgeStart, OpenScene, SkipQuestion
from .tour import GoBack, Lead, ShowTour
from .tuning import Tune
from .view import (
    ChangeLanguage,
    ChangeSpread,
    ChangeSwarm,
    ChangeTheme,
    Pan,
    Present,
    ResetView,
    RideAlong,
    ShowControls,
    ShowHelp,
    Tilt,
    Toggle,
    ToggleView,
    Turn,
    Zoom,
)

STRIDE = 10  # Updates that an arrow key goes with Shift.
FINE = 1.25  # Factor of a learning rate or a σ at one press.
NOTCH = 1.25  # How much a notch of the wheel enlarges, and a press of the key.
# Share of the view by which an arrow key moves it, with Control.
PUSH = 0.1
TWIST = 5.0  # Degrees by which an arrow key turns the land, with Alt.
# Share of the view by which an arrow key moves the start, with Control and Shift.
NUDGE = 0.01


class Errand(Enum):
    """What the window does itself, since it takes files, the clipboard or the screen, or depends on its room."""

    PICTURE = auto()
    FILM = auto()
    COPY = auto()
    PASTE = auto()
    FULL_SCREEN = auto()
    LARGER = auto()
    """Type and strokes a step larger,"""
    SMALLER = auto()
    """a step smaller,"""
    USUAL_SIZE = auto()
    """or as large as usual."""
    BACK = auto()
    """Put away what lies on top, and in the end the window."""


@dataclass(frozen=True, slots=True)
class LoadRules:
    """An errand, too: run the code of a file that the user has typed, and have its rules join the others; again, if it
    has changed.
    """

    path: str


Deed: TypeAlias = Message | Errand | LoadRules
"""What a key or a button does."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, by its sign: what it writes or is called, after the modifiers that it needs."""

    sign: str
    does: Deed
    again: bool = False
    """Whether it acts again and again while it is held."""
    aside: bool = False
    """Whether it is left out where keys are listed: another keyboard's way to the same."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that belong together, and what they do in words. Without keys it tells of the mouse."""

    label: str
    """The keys as they are listed."""
    says: str
    keys: tuple[Key, ...] = ()


def _views(*keys: tuple[str, ViewName]) -> tuple[Key, ...]:
    return tuple(Key(sign, ToggleView(name)) for sign, name in keys)


def _digits(prefix: str, last: int, deed: type[OpenScene] | type[SelectLane]) -> tuple[Key, ...]:
    return tuple(Key(f"{prefix}{digit}", deed(digit - 1)) for digit in range(1, last + 1))


def _arrows(modifiers: str, deed: Callable[[float, float], Message], step: float) -> tuple[Key, ...]:
    """The four arrow keys with these modifiers, which go so far to the right, up, or back."""
    ways = {"Left": (-step, 0.0), "Right": (step, 0.0), "Up": (0.0, step), "Down": (0.0, -step)}
    return tuple(Key(f"{modifiers} {arrow}", deed(*way), again=True) for arrow, way in ways.items())


GROUPS: dict[str, tuple[Binding, ...]] = {
    "Time": (
        Binding("Space", "play or pause; at the end, play on", (Key("Space", Play()),)),
        Binding(
            "← →",
            "one update back or forward, with Shift ten",
            (
                Key("Left", Step(-1), again=True),
                Key("Right", Step(1), again=True),
                Key("Shift Left", Step(-STRIDE), again=True),
                Key("Shift Right", Step(STRIDE), again=True),
            ),
        ),
        Binding("Home End", "to the start, to the end", (Key("Home", GoToStart()), Key("End", GoToEnd()))),
        Binding(
            "+ −",
            "faster, slower",
            (Key("+", ChangeSpeed(1)), Key("-", ChangeSpeed(-1)), Key("=", ChangeSpeed(1), aside=True)),
        ),
        Binding(
            "Shift D Shift G",
            "slow where something happens; less motion",
            (Key("Shift d", ToggleDrama()), Key("Shift g", ToggleMotion())),
        ),
        Binding(
            "C Shift C",
            "clock: updates, epochs, serial, parallel; back",
            (Key("c", ChangeClock()), Key("Shift c", ChangeClock(-1))),
        ),
        Binding("R", "restart: the same race again, bit for bit", (Key("r", Restart()),)),
        Binding(
            "N Shift N",
            "new seed: other batches; the seed before",
            (Key("n", NewSeed()), Key("Shift n", EarlierSeed())),
        ),
    ),
    "Scenes": (
        Binding("1 … 9", "one of the first nine", _digits("", 9, OpenScene)),
        Binding(
            "Page Up Page Down",
            "one after the other, or the steps of the tour",
            (Key("Page Up", Lead(-1)), Key("Page Down", Lead(1))),
        ),
        Binding("Shift O", "all of them, in pictures", (Key("Shift o", ShowScenes()),)),
        Binding("Backspace", "undo changes, redo them; back to the step", (Key("Backspace", GoBack()),)),
        Binding("Enter", "watch without a guess", (Key("Enter", SkipQuestion()),)),
        Binding("0", "captions and questions on or off", (Key("0", Toggle("captions")),)),
    ),
    "The lane": (
        Binding(
            "↑ ↓", "choose the lane that the next keys change", (Key("Up", NextLane(-1)), Key("Down", NextLane(1)))
        ),
        Binding("Shift 1 … 6", "the same by its number", _digits("Shift ", 6, SelectLane)),
        Binding(
            "[ ]",
            "learning rate",
            (Key("[", ScaleLearningRate(1 / FINE), again=True), Key("]", ScaleLearningRate(FINE), again=True)),
        ),
        Binding(
            ", .", "momentum", (Key(",", ShiftMomentum(-0.05), again=True), Key(".", ShiftMomentum(0.05), again=True))
        ),
        Binding("; '", "batch size, half and double", (Key(";", ScaleBatchSize(0.5)), Key("'", ScaleBatchSize(2)))),
        Binding(
            "Y Shift U",
            "next rule; the η that suits it best",
            (Key("y", NextRule()), Key("Shift u", Tune())),
        ),
        Binding(
            "D Insert Delete",
            "duplicate; add, remove a lane",
            (Key("d", DuplicateLane()), Key("Insert", AddLane()), Key("Delete", RemoveLane())),
        ),
    ),
    "Examples and start": (
        Binding(
            "U I",
            "how much the examples differ",
            (Key("u", ScaleSigma(1 / FINE), again=True), Key("i", ScaleSigma(FINE), again=True)),
        ),
        Binding("Q W", "how many there are", (Key("q", StepCount(-1)), Key("w", StepCount(1)))),
        Binding(
            "Ctrl Shift ← →",
            "move the start, ↑ ↓ too",
            _arrows("Ctrl Shift", NudgeStart, NUDGE),
        ),
    ),
    "Many seeds": (
        Binding(
            "Z Shift Z",
            "swarm: 100, 1000, 10,000 marbles; their start",
            (Key("z", ChangeSwarm()), Key("Shift z", ChangeSpread())),
        ),
        Binding(
            "J Shift J",
            "odds of 1000 seeds; small against large batch",
            (Key("j", ShowOdds()), Key("Shift j", TurnSheet())),
        ),
        Binding("Shift W", "where they end, under each map", (Key("Shift w", Toggle("ends")),)),
    ),
    "Views": (
        Binding("O", "batch strip", _views(("o", ViewName.BATCH_STRIP))),
        Binding(
            "B Shift B",
            "the batch's own loss; as the ground",
            _views(("b", ViewName.BATCH_SURFACE), ("Shift b", ViewName.MOVING_GROUND)),
        ),
        Binding("G", "gradients of single examples, their noise", _views(("g", ViewName.GRADIENTS))),
        Binding(
            "M Shift Y",
            "momentum as a sum; the rule's formula",
            _views(("m", ViewName.MOMENTUM), ("Shift y", ViewName.FORMULA)),
        ),
        Binding("X E", "next step; curvature", _views(("x", ViewName.NEXT_STEP), ("e", ViewName.HESSIAN))),
        Binding("A K", "basins; labels of critical points", _views(("a", ViewName.BASINS), ("k", ViewName.LABELS))),
        Binding(
            "Shift E Shift I Shift P",
            "scale of the loss; all numbers; profile",
            (
                Key("Shift e", ToggleView(ViewName.LOSS_SCALE)),
                Key("Shift i", Toggle("numbers")),
                Key("Shift p", Toggle("profile")),
            ),
        ),
        Binding("Shift T", "test loss", _views(("Shift t", ViewName.TEST_SURFACE))),
    ),
    "Looking": (
        Binding(
            "Ctrl + −",
            "larger, smaller type; Ctrl 0: as usual",
            (
                Key("Ctrl +", Errand.LARGER),
                Key("Ctrl -", Errand.SMALLER),
                Key("Ctrl =", Errand.LARGER, aside=True),
                Key("Ctrl 0", Errand.USUAL_SIZE),
            ),
        ),
        Binding(
            "Ctrl Page Up Page Down",
            "zoom the map; Ctrl Home: all of it",
            (
                Key("Ctrl Page Up", Zoom(NOTCH), again=True),
                Key("Ctrl Page Down", Zoom(1 / NOTCH), again=True),
                Key("Ctrl Home", ResetView()),
            ),
        ),
        Binding(
            "Ctrl ← →",
            "move the map, ↑ ↓ too",
            _arrows("Ctrl", Pan, PUSH),
        ),
        Binding("Shift M", "blocks of land, aslant, or maps", (Key("Shift m", Tilt()),)),
        Binding(
            "Shift A Shift R",
            "all marbles on one map; ride along with one",
            (Key("Shift a", Toggle("together")), Key("Shift r", RideAlong())),
        ),
        Binding(
            "Alt ← →",
            "turn the land; ↑ ↓ tilt it",
            _arrows("Alt", Turn, -TWIST),
        ),
        Binding("T L", "light or dark; next language: {name}", (Key("t", ChangeTheme()), Key("l", ChangeLanguage()))),
        Binding("P F", "presenter, with larger text; full screen", (Key("p", Present()), Key("f", Errand.FULL_SCREEN))),
    ),
    "Keep and go": (
        Binding("S", "save a picture, which can be opened again", (Key("s", Errand.PICTURE),)),
        Binding("V", "record a film, until pressed again", (Key("v", Errand.FILM),)),
        Binding(
            "Ctrl C Ctrl V",
            "copy the scene as text; open one, or a formula",
            (Key("Ctrl c", Errand.COPY), Key("Ctrl v", Errand.PASTE)),
        ),
        Binding("Tab", "the panel of controls", (Key("Tab", ShowControls()),)),
        Binding(
            "H ? Shift H",
            "these keys; the tour, step by step through a lecture",
            (
                Key("h", ShowHelp()),
                Key("?", ShowHelp(), aside=True),
                Key("F1", ShowHelp(), aside=True),
                Key("Shift h", ShowTour()),
            ),
        ),
        Binding("Esc", "put away what lies on top; twice: quit", (Key("Esc", Errand.BACK),)),
    ),
    "Mouse": (
        Binding("Click", "drop all marbles there, or guess; twice: all of the map"),
        Binding("Drag", "the flag, the timeline, the map; right, turn the land"),
        Binding("Wheel", "zoom about the pointer"),
        Binding("Rest", "read what is there"),
    ),
}
"""All keys, and what the mouse does, by the titles of their groups."""

_MOUSE = ("Click", "Drag", "Wheel", "Rest")
_NAMED = ("Ctrl", "Space", "Enter", "Backspace", "Home", "End", "Page Up", "Page Down", "Insert", "Delete")
SPOKEN = (*_MOUSE, *_NAMED)
"""Words in labels that are said in the language of the screen; the others are the same on all keyboards."""
_SPOKEN = re.compile(rf"(?<!\S)({'|'.join(SPOKEN)})(?!\S)")


def keys() -> Iterator[Key]:
    """All of them."""
    return (key for bindings in GROUPS.values() for binding in bindings for key in binding.keys)


KEYS: dict[str, Key] = {key.sign: key for key in keys()}
"""All keys by their signs."""


def sign_of(*deeds: Deed) -> str:
    """The keys that do this, as they are written on an English screen."""
    return " ".join(sign for deed in deeds for sign in SIGNS.get(deed, ()))


def label_of(label: str, say: Callable[[str], str]) -> str:
    """Keys as they are called in the language in which that says something."""
    return _SPOKEN.sub(lambda word: say(word[1]), label)


def keys_of(say: Callable[[str], str], *deeds: Deed) -> str:
    """The keys that do this, as they are called in the language in which that says something."""
    return label_of(sign_of(*deeds), say)


def key_text(sign: str) -> str:
    """A sign as it is written on screen."""
    modifiers = [word for word in ("Ctrl", "Alt", "Shift") if sign.startswith(word) or f" {word} " in sign]
    last = sign.removeprefix(" ".join(modifiers)).strip()
    return " ".join([*modifiers, ARROWS.get(last, last.upper() if len(last) == 1 else last)])


ARROWS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "-": "−"}
SIGNS: dict[object, list[str]] = {}
"""By what keys do, how those are written that are listed."""
for _key in keys():
    if not _key.aside:
        SIGNS.setdefault(_key.does, []).append(key_text(_key.sign))
