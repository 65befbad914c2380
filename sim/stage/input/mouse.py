"""The mouse: from presses, motions and turns of the wheel to messages, without a window.

What is being dragged is a value, the gesture. `respond` makes of it and of what the mouse does the next
gesture, and the messages that the session gets.
"""

import math
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import NamedTuple, Protocol

import numpy as np

from ...descent.problem import Problem
from ..drawing.camera import Camera
from ..drawing.glyphs import from_flag
from ..drawing.layout import Layout
from ..picture.around.timeline import tick_at
from ..picture.around.tour import all_knobs
from ..picture.around.transport import Knob, knob_at
from ..picture.map.site import Site, site_of
from ..picture.panel.ends import end_deed
from ..picture.panel.sliders import LaneSlider, slider_at
from ..picture.setting import setting
from ..session.bindings import NOTCH, Deed
from ..session.dials import Grip, LetGo, OfLane
from ..session.playback import Scrub
from ..session.session import Message, Session
from ..session.setup import Drop, MoveStart, Undrop
from ..session.view import Flatten, Hover, Notify, Pan, Turn, Zoom
from ..style.theme import load_theme, say

WholePixel = tuple[int, int]

GRIP = 14.0
"""Pixels, at the usual size, within which the flag is taken."""
STILL = 4.0
"""Pixels that a click may stray; beyond, it is a drag."""
DEGREES = 0.4
"""Degrees by which land turns for each pixel that the mouse is moved."""
TWICE = 0.4
"""Seconds within which two clicks are one double click."""


class Act(Enum):
    """What the mouse can do."""

    DOWN = auto()
    MOVE = auto()
    UP = auto()
    WHEEL = auto()
    LEAVE = auto()
    """It has left the window, or the window has lost it."""


@dataclass(frozen=True, slots=True)
class Mouse:
    """What the mouse did, at which pixel of the picture."""

    act: Act
    pixel: WholePixel = (0, 0)
    seconds: float = 0.0
    """When, on any clock."""
    notches: float = 0.0
    """How far the wheel was turned, away from the user."""
    held: bool = True
    """Whether the button that it is about was down while it moved."""
    right: bool = False
    """Whether that is the right button."""


class Response(NamedTuple):
    """What follows from what the mouse did."""

    gesture: "Gesture"
    messages: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """What the mouse moves over."""

    session: Session
    places: Layout
    camera: Camera
    size: tuple[int, int]
    known: Problem | None = None
    """The problem that is on the picture, if the session's may still have to be looked into."""

    def knob(self, pixel: WholePixel) -> Knob | None:
        """Which button is there."""
        return knob_at(all_knobs(self.places, self.session, load_theme(self.session.theme)), pixel)

    def map_at(self, pixel: WholePixel) -> int | None:
        """Which lane's map is there."""
        panels = enumerate(self.places.panels)
        return next((index for index, panel in panels if panel.map.collidepoint(pixel)), None)

    def point(self, panel: int, pixel: tuple[float, float]) -> tuple[float, float]:
        """The point of the plane that is at that pixel of the lane's map, or would be if the map were larger."""
        local = np.array(pixel, dtype=np.float64) - self.places.panels[panel].map.topleft
        x, y = self.site.under(local).tolist()
        if math.isnan(x):
            x, y = self.camera.unproject(local).tolist()
        return x, y

    def meets(self, panel: int, pixel: WholePixel) -> bool:
        """Whether there is land at that pixel of the lane's map."""
        local = np.array(pixel, dtype=np.float64) - self.places.panels[panel].map.topleft
        return bool(np.isfinite(self.site.under(local)).all())

    @property
    def site(self) -> Site:
        """The land of the training loss."""
        return site_of(self.session.scene.problem(), self.camera, load_theme(self.session.theme))

    def inner(self, panel: int, pixel: tuple[float, float]) -> tuple[float, float]:
        """The point of the plane at the nearest pixel that the lane's map has."""
        area = self.places.panels[panel].map
        x, y = pixel
        return self.point(panel, (min(max(x, area.left), area.right - 1), min(max(y, area.top), area.bottom - 1)))

    def start(self, panel: int) -> tuple[float, float]:
        """The pixel at which the flag stands on that lane's map."""
        area = self.places.panels[panel].map
        x, y = self.site.project(np.array(self.session.scene.start)).tolist()
        return area.left + x, area.top + y

    def tick(self, pixel: WholePixel) -> int:
        """The tick at that pixel of the timeline."""
        return tick_at(self.places, pixel[0], self.session.horizon)

    def inside(self, pixel: WholePixel) -> bool:
        """Whether the pixel is one of the picture's."""
        return 0 <= pixel[0] < self.size[0] and 0 <= pixel[1] < self.size[1]


class Gesture(Protocol):
    """What the mouse is in the middle of."""

    def down(self, mouse: Mouse, targets: Targets) -> Response:
        """The left button has been pressed: where something is held, its release was missed."""
        return Free().down(mouse, targets)

    def move(self, mouse: Mouse, targets: Targets) -> Response:
        """The mouse has moved."""
        ...

    def up(self, _mouse: Mouse, _targets: Targets) -> Response:
        """The left button has been released, wherever that was: what is held is let go, and stays."""
        return Response(Free())

    def end(self) -> tuple[Message, ...]:
        """What is said when another gesture takes its place, however that came."""
        return ()


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a map, which may be the first half of a double click."""

    pixel: WholePixel
    seconds: float
    undo: tuple[Message, ...] = ()
    """What takes back what it did."""


@dataclass(frozen=True, slots=True)
class Free(Gesture):
    """Nothing is held."""

    last: Click | None = None

    def down(self, mouse: Mouse, targets: Targets) -> Response:
        """Take hold of what is there."""
        knob = targets.knob(mouse.pixel)
        if knob is not None:
            return Response(Free(), (knob.does,))
        slider = slider_at(targets.session.scene, targets.places, mouse.pixel, targets.known)
        if slider is not None:
            sliding, messages = Sliding(slider).move(mouse, targets)
            return Response(sliding, (Grip(slider.lane), *messages))
        deed = end_deed(targets.session, targets.places, mouse.pixel)
        if deed is not None:
            return Response(Free(), (deed,))
        if targets.places.timeline.collidepoint(mouse.pixel):
            return Response(Scrubbing(), (Scrub(targets.tick(mouse.pixel)),))
        panel = targets.map_at(mouse.pixel)
        return Response(Free()) if panel is None else self._on_map(panel, mouse, targets)

    def _on_map(self, panel: int, mouse: Mouse, targets: Targets) -> Response:
        """Take hold of the flag, or of the map; the second time, show all of it again."""
        if self.last is not None and self._again(self.last, mouse):
            return Response(Free(), (*self.last.undo, Flatten()))
        click = Click(mouse.pixel, mouse.seconds)
        x, y = targets.start(panel)
        if from_flag((x, y), mouse.pixel, targets.places.stroke) <= GRIP * max(1.0, targets.places.stroke):
            return Response(Carrying(panel, (x - mouse.pixel[0], y - mouse.pixel[1]), click))
        return Response(Pressing(click, panel, targets.point(panel, mouse.pixel)))

    def move(self, _mouse: Mouse, _targets: Targets) -> Response:
        """Nothing moves along."""
        return Response(self)

    def up(self, _mouse: Mouse, _targets: Targets) -> Response:
        """It was pressed elsewhere."""
        return Response(self)

    @staticmethod
    def _again(last: Click, mouse: Mouse) -> bool:
        return mouse.seconds - last.seconds <= TWICE and math.dist(last.pixel, mouse.pixel) <= STILL


@dataclass(frozen=True, slots=True)
class Scrubbing(Gesture):
    """The timeline's knob is held."""

    def move(self, mouse: Mouse, targets: Targets) -> Response:
        """Go where the mouse is."""
        return Response(self, (Scrub(targets.tick(mouse.pixel)),))


@dataclass(frozen=True, slots=True)
class Sliding(Gesture):
    """The knob of a lane's slider is held."""

    slider: LaneSlider
    """As it was when it was taken: its ends stay, whatever the lane becomes."""

    def move(self, mouse: Mouse, _targets: Targets) -> Response:
        """Set what it is about to where the mouse is."""
        message = self.slider.dial.message(self.slider.position(mouse.pixel[0]))
        return Response(self, (OfLane(self.slider.lane, message),))

    def end(self) -> tuple[Message, ...]:
        """The lane is no longer shown beside what it was before."""
        return (LetGo(),)


@dataclass(frozen=True, slots=True)
class Carrying(Gesture):
    """The start flag is held, on one of the maps."""

    panel: int
    grip: tuple[float, float]
    """From the pointer to the flag's foot: the flag does not jump when it is taken."""
    click: Click | None

    def move(self, mouse: Mouse, targets: Targets) -> Response:
        """Begin there."""
        foot = (mouse.pixel[0] + self.grip[0], mouse.pixel[1] + self.grip[1])
        return Response(Carrying(self.panel, self.grip, None), (MoveStart(targets.inner(self.panel, foot)),))

    def up(self, _mouse: Mouse, _targets: Targets) -> Response:
        """Leave it there."""
        return Response(Free(self.click))


@dataclass(frozen=True, slots=True)
class Pressing(Gesture):
    """The button went down on a map: the marbles are dropped when it comes up, unless it has become a drag."""

    click: Click
    panel: int
    point: tuple[float, float]
    """Where they will be dropped."""

    def move(self, mouse: Mouse, targets: Targets) -> Response:
        """A little trembling is none, but farther away it is a drag."""
        if math.dist(mouse.pixel, self.click.pixel) <= STILL:
            return Response(self)
        return Panning(self.panel, self.point).move(mouse, targets)

    def up(self, _mouse: Mouse, targets: Targets) -> Response:
        """It was a click; one that meets no land, or only its side, drops nothing, and that is said."""
        session = targets.session
        if not targets.meets(self.panel, self.click.pixel):
            told = say(session.language, "No marble can lie there: click on top of the land.")
            return Response(Free(), (Notify(told),))
        undo = Undrop(session.scene.start, session.progress, session.playing)
        return Response(Free(replace(self.click, undo=(undo,))), (Drop(self.point),))


@dataclass(frozen=True, slots=True)
class Panning(Gesture):
    """The map is held, and follows."""

    panel: int
    point: tuple[float, float]
    """What the pointer holds: it stays under it, after a while beyond the limits as well."""

    def move(self, mouse: Mouse, targets: Targets) -> Response:
        """What is under the pointer stays there."""
        (x, y), window = targets.point(self.panel, mouse.pixel), targets.camera.window
        pan = Pan((self.point[0] - x) / window.width, (self.point[1] - y) / window.height)
        return Response(self, (pan,))


@dataclass(frozen=True, slots=True)
class Turning(Gesture):
    """The land is held by the right button, and turns: across about the upright, and down to look more from above."""

    pixel: WholePixel

    def move(self, mouse: Mouse, _targets: Targets) -> Response:
        """Turn with the mouse."""
        across, down = mouse.pixel[0] - self.pixel[0], mouse.pixel[1] - self.pixel[1]
        if not (across or down):
            return Response(self)
        return Response(Turning(mouse.pixel), (Turn(-DEGREES * across, -DEGREES * down),))


@dataclass(frozen=True, slots=True)
class Hand:
    """A gesture, and the scene that it takes place in: when another is opened, it ends."""

    gesture: Gesture = field(default_factory=Free)
    scene: tuple[str, int] = ("", 0)
    """Its name, and how many lanes it has."""

    @property
    def busy(self) -> bool:
        """Whether something is being dragged."""
        return not isinstance(self.gesture, Free)


def respond(
    hand: Hand, mouse: Mouse, session: Session, size: tuple[int, int], known: Problem | None = None
) -> tuple[Hand, tuple[Deed, ...]]:
    """What the hand does next, and what it says to the session, in a picture of that size.

    known: the problem that is on the picture, if the session's may still have to be looked into.
    """
    here, scene = setting(session, size), (session.scene.name, len(session.scene.lanes))
    targets = Targets(session, here.places, here.camera, size, known)
    gesture, messages = _respond(hand.gesture if hand.scene == scene else Free(), mouse, targets)
    if type(gesture) is not type(hand.gesture):
        messages = (*hand.gesture.end(), *messages)
    return Hand(gesture, scene), messages


def _respond(gesture: Gesture, mouse: Mouse, targets: Targets) -> Response:
    match mouse.act:
        case Act.LEAVE:
            return Response(Free() if not mouse.held else gesture, (Hover(None),))
        case Act.WHEEL:
            return Response(gesture, _zoom(mouse, targets))
        case Act.DOWN if mouse.right:
            on_map = targets.map_at(mouse.pixel) is not None
            reached, messages = Response(Turning(mouse.pixel) if on_map else Free())
        case Act.DOWN:
            reached, messages = gesture.down(mouse, targets)
        case Act.UP:
            reached, messages = gesture.up(mouse, targets)
        case Act.MOVE:
            # Released outside the window: nobody told.
            reached, messages = (gesture if mouse.held else _let_go(gesture, mouse, targets)).move(mouse, targets)
    # While something is dragged, no tooltip lies over it.
    dragged = isinstance(reached, Scrubbing | Sliding | Carrying | Panning | Turning)
    quiet = dragged or _has_clicked(gesture, mouse, messages, targets) or not targets.inside(mouse.pixel)
    pointed = Hover(None if quiet else mouse.pixel)
    return Response(reached, (*messages, pointed))


def _has_clicked(gesture: Gesture, mouse: Mouse, messages: tuple[Deed, ...], targets: Targets) -> bool:
    """Whether a click has done something: what comes of it is looked at, without a tooltip until the mouse moves."""
    if mouse.act is Act.UP and isinstance(gesture, Free):
        return targets.session.pointer is None  # It is over what has been done already.
    return mouse.act is not Act.MOVE and bool(messages)


def _let_go(gesture: Gesture, mouse: Mouse, targets: Targets) -> Gesture:
    return gesture.up(mouse, targets).gesture


def _zoom(mouse: Mouse, targets: Targets) -> tuple[Message, ...]:
    """Enlarge or reduce about the pointer, if it is on a map."""
    panel = targets.map_at(mouse.pixel)
    if panel is None or not mouse.notches:
        return ()
    factor = NOTCH ** min(max(mouse.notches, -20.0), 20.0)
    return (Zoom(factor, targets.point(panel, mouse.pixel)),)
