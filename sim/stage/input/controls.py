"""The panel of controls: what it holds is a value, made from the session; widgets only show it.

`controls` says, without pygame_gui, which controls there are, what they stand at and which message each
move of them sends. `ControlPanel` shows them with pygame_gui's widgets and turns events into those messages.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import numpy as np

from ...base.languages import following, language_or_code
from ...descent.clock import CLOCKS
from ...descent.examples.models import MODELS
from ...descent.examples.recipes import MOST_EXAMPLES, RegressionExamples, ShiftedExamples
from ...descent.problem import Problem
from ...scene import Scene, SceneError, load_scene, scene_files
from ...study.maps.swarm import SIZES, SPREADS
from ...surface.functions.formula import Formula
from ...surface.protocol import LARGEST
from ..picture.views import VIEWS
from ..session.bindings import FINE, Deed, Errand
from ..session.dials import DECADES, position_of, value_at
from ..session.lanes import two_digits
from ..session.odds import ShowOdds, TurnSheet
from ..session.playback import ChangeClock, ChangeSpeed, ChooseClock, ChooseSpeed, Restart, ToggleDrama, ToggleMotion
from ..session.problem import Draft, ScaleSigma, SetCount, SetFormula, SetSigma, StepCount, adjustable
from ..session.session import SPEEDS, Session
from ..session.setup import EarlierSeed, NewSeed, OpenScene
from ..session.tour import GoBack, Lead, ShowTour
from ..session.view import (
    ChangeLanguage,
    ChangeSpread,
    ChangeSwarm,
    ChangeTheme,
    ChooseSpread,
    ChooseSwarm,
    Present,
    ResetView,
    RideAlong,
    Toggle,
    ToggleView,
    TurnLeaf,
)
from ..style.numbers import short
from ..style.theme import Theme
from .control import Button, Buttons, Choice, Control, Slider, TextField, rows_of, tip_of
from .lane_controls import lane_controls

WIDE = 0.25
"""Where examples see the surface displaced, σ goes up to so much of the window's shorter side."""
STEEP = 3.0
"""Where examples see the surface tilted, σ goes up to so many usual slopes."""
NOISY = 2.0
"""Where examples are noisy measurements, σ goes up to so many times what the model itself spans."""


SIGMA: tuple[Deed, ...] = (ScaleSigma(1 / FINE), ScaleSigma(FINE))
COUNT: tuple[Deed, ...] = (StepCount(-1), StepCount(1))
"""What the keys of sliders do."""


def controls(session: Session, theme: Theme) -> tuple[Control, ...]:
    """All the controls, from top to bottom."""
    return (*_race_controls(session, theme), *lane_controls(session, theme), *_picture_controls(session, theme))


def fitting(session: Session, theme: Theme, most: int, known: Problem | None = None) -> tuple[Control, ...]:
    """The controls that are shown: all, or where these are too many to be read, one leaf and the way to the other.

    most: how many lines of them can be read.
    known: the problem that says where sliders end, if the scene's own may still have to be looked into.
    """
    race = (*_race_controls(session, theme, known), *lane_controls(session, theme, known))
    picture, say = tuple(_picture_controls(session, theme)), theme.say
    if sum(map(rows_of, (*race, *picture))) <= most:
        return (*race, *picture)
    label = say("back to race and lane") if session.leaf else say("views, sheets and more …")
    turn = Button("leaf", label, TurnLeaf(), say("the other half of these controls"))
    return (Buttons("", (turn,), 1), *(picture if session.leaf else race))


@cache
def scene_titles(language: str) -> tuple[str, ...]:
    """The titles of the scenes that come with the program, in the order of the menu."""
    return tuple(_title(name, language) for name in scene_files())


def _title(name: str, language: str) -> str:
    try:
        return load_scene(name).texts(language).title
    except SceneError:  # Its file has gone or changed since the program began; to open it will say so.
        return name


def _race_controls(session: Session, theme: Theme, known: Problem | None = None) -> list[Control]:
    say, scene = theme.say, session.scene
    return [
        Choice(
            "scene",
            say("scene"),
            scene_titles(theme.language),
            scene.texts(theme.language).title,
            OpenScene,
            tip_of(say, say("the landscape, the examples and the lanes to start from"), Lead(-1), Lead(1)),
        ),
        TextField(
            "formula",
            say("f(x, y)"),
            session.formula.text or (scene.surface.formula if isinstance(scene.surface, Formula) else ""),
            say("your own surface"),
            SetFormula,
            say("a surface of your own, such as x^2/4 + sin(3*x)*cos(y); Enter shows it"),
            Draft,
            say("The formula {reason}", reason=session.formula.refused) if session.formula.refused else "",
        ),
        _clock_choice(session, theme),
        Slider(
            "speed",
            say("speed"),
            say("{speed} a second", speed=short(SPEEDS[session.speed])),
            session.speed / (len(SPEEDS) - 1),
            lambda position: ChooseSpeed(round(position * (len(SPEEDS) - 1))),
            tip_of(say, say("updates of the fastest lane in a second"), ChangeSpeed(1), ChangeSpeed(-1)),
        ),
        *_example_controls(session, theme, known),
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
        tip_of(say, say("what the lanes have in common while they run"), ChangeClock(), ChangeClock(-1)),
    )


def _seed_buttons(session: Session, theme: Theme) -> Control:
    """Buttons for the same race again, or one with other batches."""
    say = theme.say
    return Buttons(
        say("seed {seed}", seed=session.scene.seed),
        (
            Button(
                "restart", say("restart"), Restart(), tip_of(say, say("the same race again, bit for bit"), Restart())
            ),
            Button(
                "seed-",
                say("seed before"),
                EarlierSeed(),
                tip_of(say, say("the seed before this one"), EarlierSeed()),
            ),
            Button(
                "seed+", say("new seed"), NewSeed(), tip_of(say, say("other batches of the same examples"), NewSeed())
            ),
        ),
        3,
    )


def _example_controls(session: Session, theme: Theme, known: Problem | None) -> list[Control]:
    """What of the examples can be changed: nothing where they were measured."""
    say, recipe = theme.say, cast(Any, session.scene.examples)
    rows: list[Control] = []
    if adjustable(session.scene, "sigma"):
        spreads = spreads_of(session.scene, known)
        rows.append(
            Slider(
                "sigma",
                say("spread of the examples, σ"),
                short(recipe.sigma),
                position_of(recipe.sigma, spreads),
                lambda position: SetSigma(value_at(position, spreads) if position > 0 else 0.0),
                tip_of(say, say("how much one example differs from the next; without it every batch is alike"), *SIGMA),
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
                tip_of(say, say("how many training examples the loss is the mean of"), *COUNT),
            )
        )
    return rows


def _picture_controls(session: Session, theme: Theme) -> list[Control]:
    say = theme.say
    views = tuple(
        Button(
            f"view {name}",
            say(view.label),
            ToggleView(name),
            tip_of(say, say(view.tip), ToggleView(name)),
            name in session.views,
        )
        for name, view in VIEWS.items()
    )
    return [
        Buttons(say("views"), (*views, *_more_buttons(session, say), *_looking_buttons(session, say)), 3),
        *_swarm_controls(session, theme),
        Buttons("", (*_sheet_buttons(session, say), *_look_buttons(session, theme)), 3),
        Buttons("", (*_keeping(say), *_telling(session, say), *_returning(say)), 4),
        Buttons("", _comfort(session, say), 4),
    ]


def _more_buttons(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """What else of a race can be seen."""
    return (
        Button(
            "profile",
            say("profile"),
            Toggle("profile"),
            tip_of(say, say("the loss along the line from the start to the lowest minimum"), Toggle("profile")),
            session.profile,
        ),
        Button(
            "numbers",
            say("all numbers"),
            Toggle("numbers"),
            tip_of(say, say("all the live numbers of each lane, not only the loss"), Toggle("numbers")),
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
            tip_of(say, say("follow the chosen lane's marble from close by, or see all again"), RideAlong()),
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
            tip_of(
                say, say("what becomes of 1000 seeds, counted in the background; again: stop, put away"), ShowOdds()
            ),
            session.sheet == "odds",
        ),
        Button(
            "contrast",
            say("summary"),
            TurnSheet(),
            tip_of(say, say("the lecture's closing table, filled with what is measured"), TurnSheet()),
            session.sheet == "contrast",
        ),
        Button(
            "ends",
            say("ends"),
            Toggle("ends"),
            tip_of(say, say("under each map, where its marbles end over many seeds"), Toggle("ends")),
            session.ends,
        ),
    )


def _look_buttons(session: Session, theme: Theme) -> tuple[Button, ...]:
    """How all of it looks and reads."""
    say = theme.say
    return (
        Button(
            "theme",
            say("dark"),
            ChangeTheme(),
            tip_of(say, say("light or dark"), ChangeTheme()),
            session.theme == "dark",
        ),
        Button(
            "language",
            language_or_code(following(theme.language)).name,
            ChangeLanguage(),
            tip_of(say, say("the next language"), ChangeLanguage()),
        ),
        Button(
            "screen",
            say("full screen"),
            Errand.FULL_SCREEN,
            tip_of(say, say("fill the screen, or no longer"), Errand.FULL_SCREEN),
        ),
    )


def _comfort(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """What makes the picture easier on the eye."""
    return (
        Button("smaller", "A −", Errand.SMALLER, tip_of(say, say("type and strokes a little smaller"), Errand.SMALLER)),
        Button(
            "usual", "A", Errand.USUAL_SIZE, tip_of(say, say("type and strokes as large as usual"), Errand.USUAL_SIZE)
        ),
        Button("larger", "A +", Errand.LARGER, tip_of(say, say("type and strokes a little larger"), Errand.LARGER)),
        Button(
            "motion",
            say("less motion"),
            ToggleMotion(),
            tip_of(say, say("nothing glides, turns gradually, grows, or slows down by itself"), ToggleMotion()),
            session.steady,
        ),
    )


def _keeping(say: Callable[..., str]) -> tuple[Button, ...]:
    """What leaves the window, and comes back."""
    return (
        Button(
            "picture",
            say("picture"),
            Errand.PICTURE,
            tip_of(say, say("save a picture that can be opened again"), Errand.PICTURE),
        ),
        Button(
            "film", say("film"), Errand.FILM, tip_of(say, say("record what is to be seen; again: end it"), Errand.FILM)
        ),
        Button(
            "copy", say("copy"), Errand.COPY, tip_of(say, say("the scene as text, onto the clipboard"), Errand.COPY)
        ),
        Button(
            "paste",
            say("paste"),
            Errand.PASTE,
            tip_of(say, say("open the scene, or play on the formula, that is on the clipboard as text"), Errand.PASTE),
        ),
    )


def _telling(session: Session, say: Callable[..., str]) -> tuple[Button, ...]:
    """How a scene, and a lecture, are told."""
    return (
        Button(
            "captions",
            say("captions"),
            Toggle("captions"),
            tip_of(say, say("captions and questions on or off"), Toggle("captions")),
            session.captions,
        ),
        Button(
            "drama",
            say("drama"),
            ToggleDrama(),
            tip_of(say, say("slow where something happens, or not"), ToggleDrama()),
            session.drama,
        ),
        Button(
            "tour",
            say("tour"),
            ShowTour(),
            tip_of(say, say("thirteen steps through a lecture"), ShowTour()),
            session.tour is not None,
        ),
        Button(
            "presenter",
            say("presenter"),
            Present(),
            tip_of(say, say("larger text and strokes, without this panel"), Present()),
        ),
    )


def _returning(say: Callable[..., str]) -> tuple[Button, ...]:
    """What leads back: to the whole map, and to the scene that was left."""
    return (
        Button("whole", say("all of it"), ResetView(), tip_of(say, say("show all of the map again"), ResetView())),
        Button(
            "left", say("go back"), GoBack(), tip_of(say, say("back to the scene that was changed and left"), GoBack())
        ),
    )


def _swarm_controls(session: Session, theme: Theme) -> list[Control]:
    say = theme.say
    sizes = (say("one marble"), *map(theme.count, SIZES[1:]))
    return [
        Choice(
            "swarm",
            say("swarm"),
            sizes,
            sizes[SIZES.index(session.swarm)],
            lambda index: ChooseSwarm(SIZES[index]),
            tip_of(
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
            tip_of(
                say,
                say("at one point, marbles differ in their batches alone; apart, in where they start, too"),
                ChangeSpread(),
            ),
        ),
    ]


def spreads_of(scene: Scene, known: Problem | None = None) -> tuple[float, float]:
    """The ends of the slider of σ above 0: up to where the examples' noise has hidden what they have in common.

    known: as for `fitting`.
    """
    recipe, window = scene.examples, scene.window
    match recipe:
        case ShiftedExamples():
            most = WIDE * min(window.width, window.height)
        case RegressionExamples():
            spanned = MODELS[recipe.model]().value(np.linspace(-2, 2, 41), np.array(recipe.truth))
            most = NOISY * float(np.ptp(spanned))
        case _:
            most = STEEP * (known or scene.problem()).units.gradient
    most = min(most, LARGEST) if 0 < most < math.inf else 1.0
    return two_digits(DECADES * most), two_digits(most)
