"""Messages about what is shown, and how: of the same race at the same moment."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ...base.languages import LanguageError, following, language, mistake, words
from ...base.limits import LEAST_TILT, MOST_TILT, THEMES
from ...descent.race import Race
from ...study.maps.swarm import SIZES, SPREADS
from ...surface.protocol import Window
from ..drawing.camera import FLAT, Pose
from ..style.text import has_family
from ..style.theme import say
from ..views import ViewName
from .odds import PutAway
from .session import Message, Origin, Session, onward, said
from .tour import end
from .tuning import StopTuning, searching

NEAR = 4.0
"""So many times as large as the whole is what is seen from a marble that is ridden along with."""
STRAYS = 0.3
"""The marble may stray from the middle by such a share of what is seen; beyond, that is centred on it anew."""
FIRST_TILT = 30.0  # Where land begins to be turned by hand that was a map.

ZOOMS = (0.5, 200.0)
"""The smallest and the largest that the maps show the scene's window."""


@dataclass(frozen=True, slots=True)
class Hover(Message):
    """The mouse is on a pixel of the picture, or nowhere."""

    clears_notice = False

    pixel: tuple[int, int] | None

    def apply(self, session: Session) -> Session:
        return replace(session, pointer=self.pixel, rests=session.rests and self.pixel == session.pointer)


@dataclass(frozen=True, slots=True)
class Rest(Message):
    """The mouse has been where it is for a moment."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(session, rests=True)


@dataclass(frozen=True, slots=True)
class Zoom(Message):
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
        return replace(session, focus=focus)


@dataclass(frozen=True, slots=True)
class Pan(Message):
    """Look farther to the right and farther up, by shares of the width and height that are shown."""

    clears_notice = False

    right: float
    up: float

    def apply(self, session: Session) -> Session:
        near, window = within_reach(session.scene.window), session.focus or session.scene.window
        x = _between(window.x0 + self.right * window.width, near.x0, near.x1)
        y = _between(window.y0 + self.up * window.height, near.y0, near.y1)
        focus = Window(x, x + window.width, y, y + window.height)
        return replace(_alighted(session), focus=focus)


def within_reach(window: Window) -> Window:
    """How far the maps may be moved: over the scene's window, give or take a window. So one does not get lost."""
    wide, high = window.width, window.height
    return Window(window.x0 - wide, window.x1 + wide, window.y0 - high, window.y1 + high)


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


@dataclass(frozen=True, slots=True)
class ResetView(Message):
    """Show the scene's own window again."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(_alighted(session), focus=None)


@dataclass(frozen=True, slots=True)
class RideAlong(Message):
    """Follow the chosen lane's marble from close by, or go back and see all of the map."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(_alighted(session), riding=not session.riding, focus=None)


def _alighted(session: Session) -> Session:
    """The session, in which no marble is ridden along with; it is said if one was, and stays while a map is dragged."""
    name = session.scene.texts(session.language).lanes[session.lane]
    told = say(session.language, "The maps no longer follow {name}.", name=name)
    return replace(session, riding=False, notice=told if session.riding or session.notice == told else "")


@dataclass(frozen=True, slots=True)
class Follow(Message):
    """The marble that is ridden along with is at a point of the plane: it comes to the middle if it has strayed."""

    clears_notice = False

    point: tuple[float, float]

    def apply(self, session: Session) -> Session:
        (x, y), whole = self.point, session.scene.window
        seen = session.focus
        if seen is None:
            right, up = 0.5 * whole.width / NEAR, 0.5 * whole.height / NEAR
        else:
            right, up = 0.5 * seen.width, 0.5 * seen.height
            across, down = abs(x - 0.5 * (seen.x0 + seen.x1)), abs(y - 0.5 * (seen.y0 + seen.y1))
            if across <= 2 * STRAYS * right and down <= 2 * STRAYS * up:
                return session
        near = within_reach(whole)
        x, y = _between(x, near.x0, near.x1), _between(y, near.y0, near.y1)
        return replace(session, focus=Window(x - right, x + right, y - up, y + up))


def ridden(session: Session, running: Race) -> tuple[float, float]:
    """Where the chosen lane's marble is now, or, once it has gone too far to be followed, where it was last before."""
    track, timing = running.tracks[session.lane], session.scene.timing(session.clock)
    theta = track.theta[: min(timing.updates(session.lane, session.tick), track.updates) + 1]
    near = within_reach(session.scene.window)
    if not near.contains(theta[-1]):
        there = np.flatnonzero(near.contains(theta))
        theta = theta[: there[-1] + 1] if there.size else theta[:1]
    x, y = theta[-1].tolist()
    return x, y


@dataclass(frozen=True, slots=True)
class Flatten(Message):
    """Show all of the map, straight from above."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(_alighted(session), focus=None, goal=FLAT if session.pose != FLAT else None)


@dataclass(frozen=True, slots=True)
class Tilt(Message):
    """Look at blocks of land, aslant, or at maps again, from straight above."""

    def apply(self, session: Session) -> Session:
        flat = (session.goal or session.pose) == FLAT
        return replace(session, goal=_usual(session) if flat else FLAT)


@dataclass(frozen=True, slots=True)
class Turn(Message):
    """Turn the land by so many degrees clockwise, and look at it by so many more aslant."""

    yaw: float
    tilt: float

    def apply(self, session: Session) -> Session:
        before = session.goal or session.pose
        if before == FLAT:
            before = Pose(0.0, FIRST_TILT if self.tilt >= 0 else 0.0)
        yaw = (before.yaw + self.yaw + 180) % 360 - 180
        pose = Pose(yaw, _between(before.tilt + self.tilt, LEAST_TILT, MOST_TILT))
        return replace(session, pose=pose, goal=None, turned=pose)


def _usual(session: Session) -> Pose:
    """The pose into which it has been turned, or else that in which the scene wants to be seen aslant."""
    return session.turned or Pose(session.scene.view.yaw, session.scene.view.tilt)


@dataclass(frozen=True, slots=True)
class ChangeTheme(Message):
    """The next theme."""

    def apply(self, session: Session) -> Session:
        return replace(session, theme=onward(THEMES, session.theme))


@dataclass(frozen=True, slots=True)
class ChangeLanguage(Message):
    """The next language whose file can be used; of one that cannot it is said why."""

    def apply(self, session: Session) -> Session:
        code, notice = following(session.language), ""
        while problem := _wrong_with(code):
            code, notice = following(code), notice or problem
        return replace(session, language=code, notice=notice)


def _wrong_with(code: str) -> str:
    """Why the language cannot be used; empty if it can, as English always can."""
    try:
        font, _ = language(code).font, words(code)
        if font is not None and not has_family(font):
            return f"{mistake(code, f'language.font must be a family that pygame_gui has, not {font!r}')}"
    except LanguageError as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True)
class ToggleView(Message):
    """Show or hide a view."""

    name: ViewName

    def apply(self, session: Session) -> Session:
        return replace(session, views=session.views ^ {self.name})


@dataclass(frozen=True, slots=True)
class ChooseSwarm(Message):
    """One of SIZES: so many marbles in each lane."""

    size: int

    def apply(self, session: Session) -> Session:
        return replace(session, swarm=self.size)


@dataclass(frozen=True, slots=True)
class ChangeSwarm(Message):
    """The next of SIZES, round and round."""

    def apply(self, session: Session) -> Session:
        return ChooseSwarm(onward(SIZES, session.swarm)).apply(session)


@dataclass(frozen=True, slots=True)
class ChooseSpread(Message):
    """One of SPREADS; without a swarm, the smallest one appears, for there would be nothing to see."""

    name: str

    def apply(self, session: Session) -> Session:
        return replace(session, spread=self.name, swarm=session.swarm or SIZES[1])


@dataclass(frozen=True, slots=True)
class ChangeSpread(Message):
    """The next of SPREADS, round and round."""

    def apply(self, session: Session) -> Session:
        return ChooseSpread(onward(SPREADS, session.spread)).apply(session)


@dataclass(frozen=True, slots=True)
class Present(Message):
    """Bigger type and strokes and no controls, or back, with the panel of controls if that made way for them."""

    def apply(self, session: Session) -> Session:
        presenter = not session.presenter
        shown, made_way = (False, session.controls) if presenter else (session.made_way, False)
        return replace(session, presenter=presenter, controls=shown, made_way=made_way, presented=False)


Switch = Literal["together", "profile", "numbers", "captions", "ends"]
"""What of a session is on or off, and nothing else changes with it."""


@dataclass(frozen=True, slots=True)
class Toggle(Message):
    """Turn one of the switches on or off."""

    switch: Switch

    def apply(self, session: Session) -> Session:
        there: dict[str, Any] = {self.switch: not getattr(session, self.switch)}
        return replace(session, **there)


@dataclass(frozen=True, slots=True)
class ShowControls(Message):
    """Fold the panel of controls out or in; meanwhile type is not for a projector."""

    def apply(self, session: Session) -> Session:
        there = replace(session, controls=not session.controls, made_way=False)
        return replace(there, presenter=session.presented, presented=session.presenter)


@dataclass(frozen=True, slots=True)
class ShowHelp(Message):
    """Show or hide the sheet of keys."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(session, help=not session.help)


@dataclass(frozen=True, slots=True)
class Notify(Message):
    """Show a sentence, until the next message."""

    sentence: str

    def apply(self, session: Session) -> Session:
        return replace(session, notice=self.sentence)


@dataclass(frozen=True, slots=True)
class Enlarged(Notify):
    """Type and strokes are to be so many times as large as usual; a sentence says how large they come out."""

    larger: float

    def apply(self, session: Session) -> Session:
        return replace(session, larger=self.larger, notice=self.sentence)


@dataclass(frozen=True, slots=True)
class Kept(Notify):
    """The scene as it is now has been saved; a sentence says where."""

    def apply(self, session: Session) -> Session:
        return replace(session, notice=self.sentence, origin=Origin(session.scene, session.intent))


@dataclass(frozen=True, slots=True)
class Back(Message):
    """Put away what lies on top: help, scenes, sheet over the maps, search, panel, tour, presenter mode; or nothing."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        if session.help:
            return replace(session, help=False)
        if session.picking is not None:
            return replace(session, picking=None)
        return _without_one(session)


def _without_one(session: Session) -> Session:
    """The session without what lies on top of the picture, below help and scenes."""
    if session.sheet:
        return said(session, PutAway())
    if searching(session) is not None:
        return said(session, StopTuning())
    if session.controls:
        return said(session, ShowControls())
    if session.tour is not None:
        return end(session)
    return said(session, Present()) if session.presenter else session


@dataclass(frozen=True, slots=True)
class Close(Message):
    """Close the window."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(session, open=False)


@dataclass(frozen=True)
class TurnLeaf(Message):
    """Show the other leaf of the panel of controls."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(session, leaf=not session.leaf)
