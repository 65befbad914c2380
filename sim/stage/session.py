"""What the user has asked for, as a value, and what each message makes of it.

Keys and clicks become messages; `update` is pure, so that every control can be tested without a window.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from sim.descent.clock import CLOCKS
from sim.descent.race import Race
from sim.scene import Scene, load_scene, scene_files
from sim.stage.theme import LANGUAGES, THEMES, say
from sim.surface.protocol import Window

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)
"""Updates a second."""
USUAL_SPEED = SPEEDS.index(20.0)
ZOOMS = (0.5, 200.0)
"""The smallest and the largest that the maps show the scene's window."""


@dataclass(frozen=True, slots=True)
class Session:
    """A scene, as changed by hand, and how it is being looked at."""

    scene: Scene
    progress: float = 0.0
    """How far the race has been played, in ticks: updates of the fastest lane."""
    playing: bool = False
    speed: int = USUAL_SPEED
    """Index into SPEEDS."""
    seen: int = 0
    """Up to which tick this race has been watched."""
    horizon: int = 0
    """The tick at which playing pauses."""
    clock: str = next(iter(CLOCKS))
    """By which of the CLOCKS the lanes run."""
    theme: str = THEMES[0]
    language: str = LANGUAGES[0]
    views: frozenset[str] = frozenset({"batch strip"})
    """Which of the views are drawn over the maps."""
    focus: Window | None = None
    """The part of the plane that all maps show; None for the scene's window."""
    pointer: tuple[int, int] | None = None
    """Where the mouse rests, in pixels of the picture."""
    lane: int = 0
    """The lane that the controls are about."""
    controls: bool = False
    """Whether the panel of controls is open."""
    presenter: bool = False
    """Bigger type and strokes, for a projector."""
    captions: bool = True
    guess: int | None = None
    """The lane that was guessed to be the answer to the scene's question."""
    asking: bool = False
    """Whether the scene's question still waits for a guess."""
    help: bool = False
    notice: str = ""
    """A sentence about what was just done, until the next message."""
    open: bool = True

    @property
    def update(self) -> int:
        """The tick that is shown; by the clock of updates, every lane's update."""
        return int(self.progress)

    @property
    def waiting(self) -> bool:
        """Whether the scene's question is being put now, and playing waits for a guess."""
        return self.asking and self.captions and not self.playing and self.update == 0


def begin(scene: Scene, theme: str = THEMES[0]) -> Session:
    """A session at the scene's start, playing."""
    return Session(scene, playing=True, horizon=scene.updates, theme=theme)


def ask(session: Session) -> Session:
    """The session with its scene's question put anew, if it has one and captions are shown: playing waits for it."""
    asking = session.scene.question is not None
    wait = asking and session.captions
    return replace(session, guess=None, asking=asking, playing=session.playing and not wait)


class Message(Protocol):
    """Something that the user, or the clock, says to the session."""

    def apply(self, session: Session) -> Session:
        """The session after it; the given one is left as it is."""
        ...


def update(session: Session, message: Message) -> Session:
    """The session after the message.

    Raises:
        SceneError: the message asks for a scene that cannot be read.
    """
    there = message.apply(session)
    seen = max(session.seen, there.update) if there.scene == session.scene else there.update
    return replace(there, seen=seen) if seen != there.seen else there


@dataclass(frozen=True, slots=True)
class Play:
    """Play, or pause. At the horizon, play on for as long again."""

    def apply(self, session: Session) -> Session:
        at_end = session.update >= session.horizon and not session.playing
        horizon = session.horizon + (session.scene.updates if at_end else 0)
        return replace(session, playing=not session.playing, horizon=horizon, notice="")


@dataclass(frozen=True, slots=True)
class Step:
    """Pause, and go so many updates forward, or back."""

    updates: int

    def apply(self, session: Session) -> Session:
        progress = min(max(session.update + self.updates, 0), session.horizon)
        return replace(session, playing=False, progress=float(progress), notice="")


@dataclass(frozen=True, slots=True)
class GoToStart:
    """Pause at the start."""

    def apply(self, session: Session) -> Session:
        return replace(session, playing=False, progress=0.0, notice="")


@dataclass(frozen=True, slots=True)
class GoToEnd:
    """Pause at the horizon."""

    def apply(self, session: Session) -> Session:
        return replace(session, playing=False, progress=float(session.horizon), notice="")


@dataclass(frozen=True, slots=True)
class Restart:
    """Play the same race from its start."""

    def apply(self, session: Session) -> Session:
        return replace(session, progress=0.0, playing=True, notice="")


@dataclass(frozen=True, slots=True)
class NewSeed:
    """Play the race with the next seed: other batches, the same examples."""

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, seed=session.scene.seed + 1)
        return Restart().apply(replace(session, scene=scene))


@dataclass(frozen=True, slots=True)
class Drop:
    """Play from another start: all marbles are dropped at this point."""

    point: tuple[float, float]

    def apply(self, session: Session) -> Session:
        return Restart().apply(replace(session, scene=replace(session.scene, start=self.point)))


@dataclass(frozen=True, slots=True)
class Undrop:
    """Take a drop back: the start, the moment and whether it played are as before."""

    start: tuple[float, float]
    progress: float
    playing: bool

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, start=self.start)
        return replace(session, scene=scene, progress=self.progress, playing=self.playing, notice="")


@dataclass(frozen=True, slots=True)
class MoveStart:
    """Pause, and let the race begin at another point; the moment stays."""

    point: tuple[float, float]

    def apply(self, session: Session) -> Session:
        return replace(session, scene=replace(session.scene, start=self.point), playing=False, notice="")


@dataclass(frozen=True, slots=True)
class Scrub:
    """Pause, and go to a tick."""

    tick: int

    def apply(self, session: Session) -> Session:
        progress = min(max(self.tick, 0), session.horizon)
        return replace(session, playing=False, progress=float(progress), notice="")


@dataclass(frozen=True, slots=True)
class Point:
    """The mouse rests on a pixel of the picture, or nowhere."""

    pixel: tuple[int, int] | None

    def apply(self, session: Session) -> Session:
        return replace(session, pointer=self.pixel)


@dataclass(frozen=True, slots=True)
class Zoom:
    """Show everything so many times as large; a point of the plane stays where it is, or else the middle."""

    factor: float
    about: tuple[float, float] | None = None

    def apply(self, session: Session) -> Session:
        whole, window = session.scene.window, session.focus or session.scene.window
        x, y = self.about or (0.5 * (window.x0 + window.x1), 0.5 * (window.y0 + window.y1))
        least, most = ZOOMS
        enlarged = whole.width / window.width
        share = enlarged / min(max(enlarged * self.factor, least), most)
        focus = Window(
            x + (window.x0 - x) * share,
            x + (window.x1 - x) * share,
            y + (window.y0 - y) * share,
            y + (window.y1 - y) * share,
        )
        return replace(session, focus=focus, notice="")


@dataclass(frozen=True, slots=True)
class Pan:
    """Look farther to the right and farther up, by shares of the width and height that are shown."""

    right: float
    up: float

    def apply(self, session: Session) -> Session:
        whole, window = session.scene.window, session.focus or session.scene.window
        # The middle stays where the scene is, give or take a window: so one does not get lost.
        x = _between(window.x0 + self.right * window.width, whole.x0 - whole.width, whole.x1 + whole.width)
        y = _between(window.y0 + self.up * window.height, whole.y0 - whole.height, whole.y1 + whole.height)
        return replace(session, focus=Window(x, x + window.width, y, y + window.height), notice="")


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


@dataclass(frozen=True, slots=True)
class ResetView:
    """Show the scene's own window again."""

    def apply(self, session: Session) -> Session:
        return replace(session, focus=None, notice="")


@dataclass(frozen=True, slots=True)
class OpenScene:
    """Play a scene that comes with the program, by its place in the list; its question, if it has one, is put."""

    index: int

    def apply(self, session: Session) -> Session:
        names = list(scene_files())
        if self.index >= len(names):
            place, count = self.index + 1, len(names)
            notice = say(session.language, "There is no scene {number}; there are {count}.", number=place, count=count)
            return replace(session, notice=notice)
        scene = load_scene(names[self.index])
        return ask(Restart().apply(replace(session, scene=scene, lane=0, horizon=scene.updates, focus=None)))


@dataclass(frozen=True, slots=True)
class NextScene:
    """Play the scene so many places further in the list, round and round."""

    places: int

    def apply(self, session: Session) -> Session:
        names = list(scene_files())
        outside = -1 if self.places > 0 else 0  # A scene from elsewhere lies before the first.
        place = names.index(session.scene.name) if session.scene.name in names else outside
        return OpenScene((place + self.places) % len(names)).apply(session)


@dataclass(frozen=True, slots=True)
class ChangeSpeed:
    """So many steps faster, or slower."""

    steps: int

    def apply(self, session: Session) -> Session:
        speed = min(max(session.speed + self.steps, 0), len(SPEEDS) - 1)
        return replace(session, speed=speed, notice="")


@dataclass(frozen=True, slots=True)
class ChangeTheme:
    """The next theme."""

    def apply(self, session: Session) -> Session:
        theme = THEMES[(THEMES.index(session.theme) + 1) % len(THEMES)]
        return replace(session, theme=theme, notice="")


@dataclass(frozen=True, slots=True)
class ChooseSpeed:
    """One of SPEEDS, by its place."""

    index: int

    def apply(self, session: Session) -> Session:
        return replace(session, speed=min(max(self.index, 0), len(SPEEDS) - 1), notice="")


@dataclass(frozen=True, slots=True)
class ChooseClock:
    """One of the CLOCKS, at the same tick."""

    name: str

    def apply(self, session: Session) -> Session:
        return replace(session, clock=self.name, notice="")


@dataclass(frozen=True, slots=True)
class ChangeClock:
    """The next clock, at the same tick."""

    def apply(self, session: Session) -> Session:
        clocks = list(CLOCKS)
        return ChooseClock(clocks[(clocks.index(session.clock) + 1) % len(clocks)]).apply(session)


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """The next language."""

    def apply(self, session: Session) -> Session:
        language = LANGUAGES[(LANGUAGES.index(session.language) + 1) % len(LANGUAGES)]
        return replace(session, language=language, notice="")


@dataclass(frozen=True, slots=True)
class ToggleView:
    """Show or hide a view."""

    name: str

    def apply(self, session: Session) -> Session:
        return replace(session, views=session.views ^ {self.name}, notice="")


@dataclass(frozen=True, slots=True)
class Present:
    """Bigger type and strokes and no controls, or back."""

    def apply(self, session: Session) -> Session:
        return replace(session, presenter=not session.presenter, controls=False, notice="")


@dataclass(frozen=True, slots=True)
class ShowControls:
    """Fold the panel of controls out or in."""

    def apply(self, session: Session) -> Session:
        return replace(session, controls=not session.controls, presenter=False, notice="")


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Show or hide the sheet of keys."""

    def apply(self, session: Session) -> Session:
        return replace(session, help=not session.help)


@dataclass(frozen=True, slots=True)
class Notify:
    """Show a sentence, until the next message."""

    sentence: str

    def apply(self, session: Session) -> Session:
        return replace(session, notice=self.sentence)


@dataclass(frozen=True, slots=True)
class Guess:
    """Guess that this lane is the answer to the scene's question, and watch."""

    lane: int

    def apply(self, session: Session) -> Session:
        if not 0 <= self.lane < len(session.scene.lanes):
            return session
        return replace(SkipQuestion().apply(session), guess=self.lane)


@dataclass(frozen=True, slots=True)
class SkipQuestion:
    """Watch without a guess."""

    def apply(self, session: Session) -> Session:
        return replace(session, asking=False, playing=True, notice="")


@dataclass(frozen=True, slots=True)
class ToggleCaptions:
    """Show captions and questions, or leave them out."""

    def apply(self, session: Session) -> Session:
        return replace(session, captions=not session.captions, notice="")


@dataclass(frozen=True, slots=True)
class Back:
    """Put the sheet of keys away, or else close the window."""

    def apply(self, session: Session) -> Session:
        return replace(session, help=False) if session.help else Close().apply(session)


@dataclass(frozen=True, slots=True)
class Close:
    """Close the window."""

    def apply(self, session: Session) -> Session:
        return replace(session, open=False)


@dataclass(frozen=True, slots=True)
class Tick:
    """So many seconds have passed, and the race has been computed so far."""

    seconds: float
    computed: int

    def apply(self, session: Session) -> Session:
        if not session.playing:
            return session
        ahead = session.progress + self.seconds * SPEEDS[session.speed]
        progress = max(session.progress, min(ahead, float(self.computed), float(session.horizon)))
        return replace(session, progress=progress, playing=progress < session.horizon)


@lru_cache(maxsize=4)
def race(scene: Scene) -> Race:
    """The race of a scene: for equal scenes the same one, with all that it has computed."""
    return scene.race()
