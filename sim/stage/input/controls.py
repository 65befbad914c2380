"""The panel of controls: what it holds is a value, made from the session; widgets only show it.

`controls` says, without pygame_gui, which controls there are, what they stand at and which message each
move of them sends. `ControlPanel` shows them with pygame_gui's widgets and turns events into those messages.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import numpy as np

from ...descent.clock import CLOCKS
from ...descent.examples.models import MODELS
from ...descent.examples.recipes import MOST_EXAMPLES, RegressionExamples, ShiftedExamples
from ...descent.rules import RULES, rule_name
from ...languages import following, known
from ...scene import Scene, SceneError, load_scene, scene_files
from ...study.maps.swarm import SIZES, SPREADS
from ...surface.functions.formula import Formula
from ..picture.views import VIEWS
from ..session.bindings import FINE, Deed, Errand, sign_of
from ..session.dials import DECADES, dials, position_of, value_at
from ..session.examples import ScaleCount, ScaleSigma, SetCount, SetSigma, adjustable
from ..session.lanes import (
    AddLane,
    ChooseRule,
    DuplicateLane,
    NameLane,
    NextRule,
    RemoveLane,
    ScaleBatchSize,
    ScaleLearningRate,
    SelectLane,
    ShiftMomentum,
    two_digits,
)
from ..session.odds import ShowOdds, TurnSheet
from ..session.playback import ChangeClock, ChangeSpeed, ChooseClock, ChooseSpeed, Restart, ToggleDrama, ToggleMotion
from ..session.session import SPEEDS, Message, Session
from ..session.setup import Draft, EarlierSeed, LoadRules, NewSeed, OpenScene, SetFormula
from ..session.tour import GoBack, Lead, ShowTour
from ..session.view import (
    ChangeLanguage,
    ChangeSpread,
    ChangeSwarm,
    ChangeTheme,
    ChooseSpread,
    ChooseSwarm,
    Enlarge,
    Present,
    ResetView,
    RideAlong,
    Toggle,
    ToggleView,
)
from ..style.numbers import rule_in_words, short
from ..style.theme import Theme

# Where examples see the surface displaced, σ goes up to so much of the window's shorter side.
WIDE = 0.25
# Where they see it tilted, σ goes up to so many usual slopes.
STEEP = 3.0
# Where they are noisy measurements, σ goes up to so many times what the model itself spans.
NOISY = 2.0


SIGMA: tuple[Deed, ...] = (ScaleSigma(1 / FINE), ScaleSigma(FINE))
COUNT: tuple[Deed, ...] = (ScaleCount(0.5), ScaleCount(2))
RATE: tuple[Deed, ...] = (ScaleLearningRate(1 / FINE), ScaleLearningRate(FINE))
MOMENTUM: tuple[Deed, ...] = (ShiftMomentum(-0.05), ShiftMomentum(0.05))
BATCH: tuple[Deed, ...] = (ScaleBatchSize(0.5), ScaleBatchSize(2))
"""What the keys of sliders do."""


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
    does: Deed
    tip: str
    lit: bool = False


@dataclass(frozen=True)
class Buttons:
    """Buttons side by side, at most so many in a row."""

    label: str
    buttons: tuple[Button, ...]
    columns: int


@dataclass(frozen=True)
class TextField:
    """A line of text to type."""

    name: str
    label: str
    text: str
    hint: str
    """What stands there while it is empty."""
    message: Callable[[str], Message]
    tip: str
    typed: Callable[[str], Message] | None = None
    """What each change of it sends."""
    mistake: str = ""
    """What is wrong with the text; empty if nothing is."""


Control = Slider | Choice | Buttons | TextField


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
    return [
        Choice(
            "scene",
            say("scene"),
            scene_titles(theme.language),
            scene.texts(theme.language).title,
            OpenScene,
            _tip(say, say("the landscape, the examples and the lanes to start from"), Lead(-1), Lead(1)),
        ),
        TextField(
            "formula",
            say("f(x, y)"),
            session.draft or (scene.surface.formula if isinstance(scene.surface, Formula) else ""),
            say("your own surface"),
            SetFormula,
            say("a surface of your own, such as x^2/4 + sin(3*x)*cos(y); Enter shows it"),
            Draft,
            session.refused,
        ),
        _clock_choice(session, theme),
        Slider(
            "speed",
            say("speed"),
            say("{speed} a second", speed=short(SPEEDS[session.speed])),
            session.speed / (len(SPEEDS) - 1),
            lambda position: ChooseSpeed(round(position * (len(SPEEDS) - 1))),
            _tip(say, say("updates of the fastest lane in a second"), ChangeSpeed(1), ChangeSpeed(-1)),
        ),
        *_example_controls(session, theme),
        _seed_buttons(session, theme),
    ]


def _clock_choice(session: Session, theme: Theme) -> Control:
    say = theme.say
    clocks = {
        "updates": say("by updates"),
        "epochs": say("by epochs"),
        "serial": say("by time, serial machine"),
        "parallel": say("by time, parallel machine"),
    }
    return Choice(
        "clock",
        say("clock"),
        tuple(clocks.values()),
        clocks[session.clock],
        lambda index: ChooseClock(list(CLOCKS)[index]),
        _tip(say, say("what the lanes have in common while they run"), ChangeClock()),
    )


def _seed_buttons(session: Session, theme: Theme) -> Control:
    """The same race again, or one with other batches."""
    say = theme.say
    return Buttons(
        say("seed {seed}", seed=session.scene.seed),
        (
            Button("restart", say("restart"), Restart(), _tip(say, say("the same race again, bit for bit"), Restart())),
            Button(
                "seed-",
                say("seed before"),
                EarlierSeed(),
                _tip(say, say("the seed before this one"), EarlierSeed()),
            ),
            Button(
                "seed+", say("new seed"), NewSeed(), _tip(say, say("other batches of the same examples"), NewSeed())
            ),
        ),
        3,
    )


def _example_controls(session: Session, theme: Theme) -> list[Control]:
    """What of the examples can be changed: nothing where they were measured."""
    say, recipe = theme.say, cast(Any, session.scene.examples)
    rows: list[Control] = []
    if adjustable(session.scene, "sigma"):
        spreads = spreads_of(session.scene)
        rows.append(
            Slider(
                "sigma",
                say("spread of the examples, σ"),
                short(recipe.sigma),
                position_of(recipe.sigma, spreads),
                lambda position: SetSigma(value_at(position, spreads) if position > 0 else 0.0),
                _tip(say, say("how much one example differs from the next; without it every batch is alike"), *SIGMA),
            )
        )
    if adjustable(session.scene, "count"):
        rows.append(
            Slider(
                "count",
                say("number of examples, N"),
                f"{recipe.count}",
                position_of(recipe.count, (1, MOST_EXAMPLES)),
                lambda position: SetCount(round(value_at(position, (1, MOST_EXAMPLES)))),
                _tip(say, say("how many training examples the loss is the mean of"), *COUNT),
            )
        )
    return rows


def _lane_controls(session: Session, theme: Theme) -> list[Control]:
    """What of the selected lane can be changed."""
    return [
        _lane_picks(session, theme),
        _lane_name(session, theme),
        _rule_choice(session, theme),
        _rules_file(session, theme),
        *_lane_sliders(session, theme),
        _lane_buttons(theme),
    ]


def _lane_picks(session: Session, theme: Theme) -> Control:
    """Which lane the others are about."""
    say, lanes = theme.say, session.scene.texts(theme.language).lanes
    picks = tuple(
        Button(
            f"lane{index}",
            f"{index + 1}",
            SelectLane(index),
            _tip(say, say("turn these controls to the lane {name}", name=name), SelectLane(index)),
            lit=index == session.lane,
        )
        for index, name in enumerate(lanes)
    )
    return Buttons(say("lane: {name}", name=lanes[session.lane]), picks, max(3, len(picks)))


def _lane_name(session: Session, theme: Theme) -> Control:
    say, lane = theme.say, session.scene.lanes[session.lane]
    shown = session.scene.texts(theme.language).lanes[session.lane]
    return TextField(
        "name",
        say("name"),
        shown,
        say("by its settings"),
        lambda text: NameLane(lane.name if text == shown else text),
        say("what the lane is called, whatever becomes of it; without a name, what its settings say"),
    )


def _rule_choice(session: Session, theme: Theme) -> Control:
    say, rule = theme.say, session.scene.lanes[session.lane].rule
    return Choice(
        "rule",
        say("rule"),
        tuple(rule_in_words(name, theme.language) for name in RULES),
        rule_in_words(rule_name(rule), theme.language),
        lambda index: ChooseRule(list(RULES)[index]),
        _tip(say, say("how a gradient becomes a movement"), NextRule()),
    )


def _rules_file(session: Session, theme: Theme) -> Control:
    """Where rules of one's own come from: a file that is run, since its user types its name."""
    say = theme.say
    return TextField(
        "rules",
        say("rules file"),
        session.rules,
        say("rules of your own"),
        LoadRules,
        say("a file of Python, such as mine.py: Enter runs its code, and its rules join the menu above"),
        mistake=session.rules_refused,
    )


def _lane_sliders(session: Session, theme: Theme) -> Iterator[Control]:
    """What is turned most, as at the lane itself."""
    say, count = theme.say, session.scene.examples.count
    for dial in dials(session.scene, session.lane):
        label, value, tip, keys = {
            "rate": (say("learning rate, η"), dial.value, say("how far a step goes for a given gradient"), RATE),
            "memory": (
                say("momentum, {symbol}", symbol=dial.sign),
                dial.value,
                say("how much of the past lives on in the next step"),
                MOMENTUM,
            ),
            "batch": (
                say("batch size, B"),
                say("{size} of {count}", size=dial.value, count=count),
                say("how many examples each step is computed from"),
                BATCH,
            ),
        }[dial.name]
        yield Slider(dial.name, label, value, dial.position, dial.message, _tip(say, tip, *keys))


def _lane_buttons(theme: Theme) -> Control:
    """One lane more, or one less."""
    say = theme.say
    return Buttons(
        "",
        (
            Button("add", say("add"), AddLane(), _tip(say, say("another lane, with plain descent"), AddLane())),
            Button(
                "duplicate",
                say("duplicate"),
                DuplicateLane(),
                _tip(say, say("another lane like this one"), DuplicateLane()),
            ),
            Button(
                "remove",
                say("remove"),
                RemoveLane(),
                _tip(say, say("take this lane out of the race"), RemoveLane()),
            ),
        ),
        3,
    )


def _picture_controls(session: Session, theme: Theme) -> list[Control]:
    say = theme.say
    views = tuple(
        Button(
            f"view {name}",
            say(view.label),
            ToggleView(name),
            _tip(say, say(view.tip), ToggleView(name)),
            name in session.views,
        )
        for name, view in VIEWS.items()
    )
    return [
        Buttons(say("views"), (*views, *_more_buttons(session, say), *_looking_buttons(session, say)), 3),
        *_swarm_controls(session, theme),
        Buttons("", (*_sheet_buttons(session, say), *_look_buttons(session, theme)), 3),
        Buttons("", _keeping(session, say), 4),
        Buttons("", _comfort(session, say), 4),
    ]


def _more_buttons(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """What else of a race can be seen."""
    return (
        Button(
            "profile",
            say("profile"),
            Toggle("profile"),
            _tip(say, say("the loss along the line from the start to the lowest minimum"), Toggle("profile")),
            session.profile,
        ),
        Button(
            "numbers",
            say("all numbers"),
            Toggle("numbers"),
            _tip(say, say("all the live numbers of each lane, not only the loss"), Toggle("numbers")),
            session.numbers,
        ),
    )


def _looking_buttons(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """From where it is seen."""
    return (
        Button(
            "ride",
            say("ride along"),
            RideAlong(),
            _tip(say, say("follow the chosen lane's marble from close by, or see all again"), RideAlong()),
            session.riding,
        ),
    )


def _sheet_buttons(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """The sheets over the maps."""
    return (
        Button(
            "odds",
            say("odds"),
            ShowOdds(),
            _tip(say, say("what becomes of 1,000 seeds, counted in the background; again: stop, put away"), ShowOdds()),
            session.sheet == "odds",
        ),
        Button(
            "contrast",
            say("summary"),
            TurnSheet(),
            _tip(say, say("the lecture's closing table, filled with what is measured"), TurnSheet()),
            session.sheet == "contrast",
        ),
    )


def _look_buttons(session: Session, theme: Theme) -> tuple[Button, ...]:
    """How all of it looks and reads."""
    say = theme.say
    return (
        Button(
            "theme", say("dark"), ChangeTheme(), _tip(say, say("light or dark"), ChangeTheme()), session.theme == "dark"
        ),
        Button(
            "language",
            known(following(theme.language)).name,
            ChangeLanguage(),
            _tip(say, say("the next language"), ChangeLanguage()),
        ),
        Button(
            "screen",
            say("full screen"),
            Errand.FULL_SCREEN,
            _tip(say, say("fill the screen, or no longer"), Errand.FULL_SCREEN),
        ),
        Button(
            "presenter",
            say("presenter"),
            Present(),
            _tip(say, say("bigger type and strokes, without this panel"), Present()),
        ),
    )


def _comfort(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """What makes the picture easier on the eye."""
    return (
        Button("smaller", "A −", Enlarge(-1), _tip(say, say("type and strokes a little smaller"), Enlarge(-1))),
        Button("usual", "A", Enlarge(0), _tip(say, say("type and strokes as large as usual"), Enlarge(0))),
        Button("larger", "A +", Enlarge(1), _tip(say, say("type and strokes a little larger"), Enlarge(1))),
        Button(
            "motion",
            say("less motion"),
            ToggleMotion(),
            _tip(say, say("nothing glides, turns by and by, grows, or slows down by itself"), ToggleMotion()),
            session.steady,
        ),
    )


def _keeping(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """What leaves the window and comes back, and what else the mouse alone would not reach."""
    return (
        Button(
            "picture",
            say("picture"),
            Errand.PICTURE,
            _tip(say, say("save a picture that can be opened again"), Errand.PICTURE),
        ),
        Button(
            "film", say("film"), Errand.FILM, _tip(say, say("record what is to be seen; again: end it"), Errand.FILM)
        ),
        Button("copy", say("copy"), Errand.COPY, _tip(say, say("the scene as text, onto the clipboard"), Errand.COPY)),
        Button(
            "paste",
            say("paste"),
            Errand.PASTE,
            _tip(say, say("open the scene whose text is on the clipboard"), Errand.PASTE),
        ),
        Button(
            "captions",
            say("captions"),
            Toggle("captions"),
            _tip(say, say("captions and questions on or off"), Toggle("captions")),
            session.captions,
        ),
        Button(
            "drama",
            say("drama"),
            ToggleDrama(),
            _tip(say, say("slow where something happens, or not"), ToggleDrama()),
            session.drama,
        ),
        Button(
            "tour",
            say("tour"),
            ShowTour(),
            _tip(say, say("thirteen steps through a lecture"), ShowTour()),
            session.tour is not None,
        ),
        Button("whole", say("all of it"), ResetView(), _tip(say, say("show all of the map again"), ResetView())),
        Button(
            "left", say("go back"), GoBack(), _tip(say, say("back to the scene that was changed and left"), GoBack())
        ),
    )


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
            _tip(
                say,
                say("how many marbles run in each lane; the first has the scene's seed, each other the next one"),
                ChangeSwarm(),
            ),
        ),
        Choice(
            "spread",
            say("its start"),
            tuple(say(spread) for spread in SPREADS),
            say(session.spread),
            lambda index: ChooseSpread(list(SPREADS)[index]),
            _tip(
                say,
                say("at one point, marbles differ in their batches alone; apart, in where they start, too"),
                ChangeSpread(),
            ),
        ),
    ]


def _tip(say: Callable[..., str], meaning: str, *deeds: Deed) -> str:
    """What a control is for, after the keys that do the same."""
    return say("{key}: {meaning}", key=sign_of(*deeds), meaning=meaning)


def spreads_of(scene: Scene) -> tuple[float, float]:
    """The ends of the slider of σ above 0: up to where the examples' noise has hidden what they have in common."""
    recipe, window = scene.examples, scene.window
    match recipe:
        case ShiftedExamples():
            most = WIDE * min(window.width, window.height)
        case RegressionExamples():
            spanned = MODELS[recipe.model]().value(np.linspace(-2, 2, 41), np.array(recipe.truth))
            most = NOISY * float(np.ptp(spanned))
        case _:
            most = STEEP * scene.problem().units.gradient
    if not (0 < most < math.inf):
        most = 1.0
    return two_digits(DECADES * most), two_digits(most)
