"""The mouse: from presses, motions and turns of the wheel to messages, without a window.

What is being dragged is a value, the gesture. `answer` makes of it and of what the mouse does the next
gesture, and the messages that the session gets.
"""

import math
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import NamedTuple, Protocol

import numpy as np

from ..drawing.camera import Camera
from ..drawing.glyphs import from_flag
from ..drawing.layout import Layout
from ..picture.map.site import Site, site_of
from ..picture.setting import setting
from ..picture.timeline import tick_at
from ..picture.transport import Knob, knob_at, knobs
from ..session.bindings import NOTCH, Deed
from ..session.playback import Scrub
from ..session.session import Message, Session
from ..session.setup import Drop, MoveStart, Undrop
from ..session.view import Flatten, Pan, Point, Turn, Zoom
from ..style.theme import load_theme

Pixel = tuple[int, int]

GRIP = 14.0  # Pixels, at the usual size, within which the flag is taken.
STILL = 4.0  # Pixels that a click may stray; beyond, it is a drag.
DEGREES = 0.4  # By which land turns for each pixel that the mouse is moved.
TWICE = 0.4  # Seconds within which two clicks are one double click.


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
    pixel: Pixel = (0, 0)
    seconds: float = 0.0
    """When, on any clock."""
    notches: float = 0.0
    """How far the wheel was turned, away from the user."""
    held: bool = True
    """Whether the button that it is about was down while it moved."""
    right: bool = False
    """Whether that is the right button."""


class Answer(NamedTuple):
    """What follows from what the mouse did."""

    gesture: "Gesture"
    messages: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What the mouse moves over."""

    session: Session
    places: Layout
    camera: Camera
    size: tuple[int, int]

    def knob(self, pixel: Pixel) -> Knob | None:
        """Which button is there."""
        return knob_at(knobs(self.places, self.session, load_theme(self.session.theme)), pixel)

    def map_at(self, pixel: Pixel) -> int | None:
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

    def meets(self, panel: int, pixel: Pixel) -> bool:
        """Whether there is land at that pixel of the lane's map."""
        local = np.array(pixel, dtype=np.float64) - self.places.panels[panel].map.topleft
        return bool(np.isfinite(self.site.under(local)).all())

    @property
    def site(self) -> Site:
        """The land of the training loss."""
        return site_of(self.session.scene.problem(), self.camera, load_theme(self.session.theme))

    def inner(self, panel: int, pixel: tuple[float, float]) -> tuple[float, float]:
        """The same at the nearest pixel that the map has."""
        area = self.places.panels[panel].map
        x, y = pixel
        return self.point(panel, (min(max(x, area.left), area.right - 1), min(max(y, area.top), area.bottom - 1)))

    def start(self, panel: int) -> tuple[float, float]:
        """The pixel at which the flag stands on that lane's map."""
        area = self.places.panels[panel].map
        x, y = self.site.project(np.array(self.session.scene.start)).tolist()
        return area.left + x, area.top + y

    def tick(self, pixel: Pixel) -> int:
        """The tick at that pixel of the timeline."""
        return tick_at(self.places, pixel[0], self.session.horizon)

    def inside(self, pixel: Pixel) -> bool:
        """Whether the pixel is one of the picture's."""
        return 0 <= pixel[0] < self.size[0] and 0 <= pixel[1] < self.size[1]


class Gesture(Protocol):
    """What the mouse is in the middle of."""

    def down(self, mouse: Mouse, ground: Ground) -> Answer:
        """The left button has been pressed."""
        ...

    def move(self, mouse: Mouse, ground: Ground) -> Answer:
        """The mouse has moved."""
        ...

    def up(self, mouse: Mouse, ground: Ground) -> Answer:
        """The left button has been released, wherever that was."""
        ...


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a map, which may be the first half of a double click."""

    pixel: Pixel
    seconds: float
    undo: tuple[Message, ...] = ()
    """What takes back what it did."""


@dataclass(frozen=True, slots=True)
class Free:
    """Nothing is held."""

    last: Click | None = None

    def down(self, mouse: Mouse, ground: Ground) -> Answer:
        """Take hold of what is there; on a map the second time, show it all again."""
        knob = ground.knob(mouse.pixel)
        if knob is not None:
            return Answer(Free(), (knob.does,))
        if ground.places.timeline.collidepoint(mouse.pixel):
            return Answer(Scrubbing(), (Scrub(ground.tick(mouse.pixel)),))
        panel = ground.map_at(mouse.pixel)
        if panel is None:
            return Answer(Free())
        if self.last is not None and self._again(self.last, mouse):
            return Answer(Free(), (*self.last.undo, Flatten()))
        click = Click(mouse.pixel, mouse.seconds)
        x, y = ground.start(panel)
        if from_flag((x, y), mouse.pixel, ground.places.stroke) <= GRIP * max(1.0, ground.places.stroke):
            return Answer(Carrying(panel, (x - mouse.pixel[0], y - mouse.pixel[1]), click))
        return Answer(Pressing(click, panel, ground.point(panel, mouse.pixel)))

    def move(self, _mouse: Mouse, _ground: Ground) -> Answer:
        """Nothing moves along."""
        return Answer(self)

    def up(self, _mouse: Mouse, _ground: Ground) -> Answer:
        """It was pressed elsewhere."""
        return Answer(self)

    @staticmethod
    def _again(last: Click, mouse: Mouse) -> bool:
        return mouse.seconds - last.seconds <= TWICE and math.dist(last.pixel, mouse.pixel) <= STILL


@dataclass(frozen=True, slots=True)
class Scrubbing:
    """The timeline's knob is held."""

    def down(self, mouse: Mouse, ground: Ground) -> Answer:
        """The release was missed."""
        return Free().down(mouse, ground)

    def move(self, mouse: Mouse, ground: Ground) -> Answer:
        """Go where the mouse is."""
        return Answer(self, (Scrub(ground.tick(mouse.pixel)),))

    def up(self, _mouse: Mouse, _ground: Ground) -> Answer:
        """Stay there."""
        return Answer(Free())


@dataclass(frozen=True, slots=True)
class Carrying:
    """The start flag is held, on one of the maps."""

    panel: int
    grip: tuple[float, float]
    """From the pointer to the flag's foot: the flag does not jump when it is taken."""
    click: Click | None

    def down(self, mouse: Mouse, ground: Ground) -> Answer:
        """The release was missed."""
        return Free().down(mouse, ground)

    def move(self, mouse: Mouse, ground: Ground) -> Answer:
        """Begin there."""
        foot = (mouse.pixel[0] + self.grip[0], mouse.pixel[1] + self.grip[1])
        return Answer(Carrying(self.panel, self.grip, None), (MoveStart(ground.inner(self.panel, foot)),))

    def up(self, _mouse: Mouse, _ground: Ground) -> Answer:
        """Leave it there."""
        return Answer(Free(self.click))


@dataclass(frozen=True, slots=True)
class Pressing:
    """The button went down on a map: the marbles are dropped when it comes up, unless it has become a drag."""

    click: Click
    panel: int
    point: tuple[float, float]
    """Where they will be dropped."""

    def down(self, mouse: Mouse, ground: Ground) -> Answer:
        """The release was missed."""
        return Free().down(mouse, ground)

    def move(self, mouse: Mouse, ground: Ground) -> Answer:
        """A little trembling is none, but farther away it is a drag."""
        if math.dist(mouse.pixel, self.click.pixel) <= STILL:
            return Answer(self)
        return Panning(self.panel, self.point).move(mouse, ground)

    def up(self, _mouse: Mouse, ground: Ground) -> Answer:
        """It was a click; one that meets no land drops nothing."""
        session = ground.session
        if not ground.meets(self.panel, self.click.pixel):
            return Answer(Free())
        undo = Undrop(session.scene.start, session.progress, session.playing)
        return Answer(Free(replace(self.click, undo=(undo,))), (Drop(self.point),))


@dataclass(frozen=True, slots=True)
class Panning:
    """The map is held, and follows."""

    panel: int
    point: tuple[float, float]
    """What the pointer holds: it stays under it, after a while beyond the limits as well."""

    def down(self, mouse: Mouse, ground: Ground) -> Answer:
        """The release was missed."""
        return Free().down(mouse, ground)

    def move(self, mouse: Mouse, ground: Ground) -> Answer:
        """What is under the pointer stays there."""
        (x, y), window = ground.point(self.panel, mouse.pixel), ground.camera.window
        pan = Pan((self.point[0] - x) / window.width, (self.point[1] - y) / window.height)
        return Answer(self, (pan,))

    def up(self, _mouse: Mouse, _ground: Ground) -> Answer:
        """Let it be."""
        return Answer(Free())


@dataclass(frozen=True, slots=True)
class Turning:
    """The land is held by the right button, and turns: across about the upright, and down to look more from above."""

    pixel: Pixel

    def down(self, mouse: Mouse, ground: Ground) -> Answer:
        """The release was missed, or the other button was pressed as well."""
        return Free().down(mouse, ground)

    def move(self, mouse: Mouse, _ground: Ground) -> Answer:
        """Turn with the mouse."""
        across, down = mouse.pixel[0] - self.pixel[0], mouse.pixel[1] - self.pixel[1]
        if not (across or down):
            return Answer(self)
        return Answer(Turning(mouse.pixel), (Turn(-DEGREES * across, -DEGREES * down),))

    def up(self, _mouse: Mouse, _ground: Ground) -> Answer:
        """Let it be."""
        return Answer(Free())


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


def answer(hand: Hand, mouse: Mouse, session: Session, size: tuple[int, int]) -> tuple[Hand, tuple[Deed, ...]]:
    """What the hand does next, and what it says to the session, in a picture of that size."""
    here, scene = setting(session, size), (session.scene.name, len(session.scene.lanes))
    ground = Ground(session, here.places, here.camera, size)
    gesture, messages = _answer(hand.gesture if hand.scene == scene else Free(), mouse, ground)
    return Hand(gesture, scene), messages


def _answer(gesture: Gesture, mouse: Mouse, ground: Ground) -> Answer:
    match mouse.act:
        case Act.LEAVE:
            return Answer(Free() if not mouse.held else gesture, (Point(None),))
        case Act.WHEEL:
            return Answer(gesture, _zoom(mouse, ground))
        case Act.DOWN if mouse.right:
            on_map = ground.map_at(mouse.pixel) is not None
            reached, messages = Answer(Turning(mouse.pixel) if on_map else Free())
        case Act.DOWN:
            reached, messages = gesture.down(mouse, ground)
        case Act.UP:
            reached, messages = gesture.up(mouse, ground)
        case Act.MOVE:
            # Released outside the window: nobody told.
            reached, messages = (gesture if mouse.held else _let_go(gesture, mouse, ground)).move(mouse, ground)
    # While something is dragged, no tooltip lies over it.
    quiet = isinstance(reached, Scrubbing | Carrying | Panning | Turning) or not ground.inside(mouse.pixel)
    pointed = Point(None if quiet else mouse.pixel)
    return Answer(reached, (*messages, pointed))


def _let_go(gesture: Gesture, mouse: Mouse, ground: Ground) -> Gesture:
    return gesture.up(mouse, ground).gesture


def _zoom(mouse: Mouse, ground: Ground) -> tuple[Message, ...]:
    """Enlarge or reduce about the pointer, if it is on a map."""
    panel = ground.map_at(mouse.pixel)
    if panel is None or not mouse.notches:
        return ()
    factor = NOTCH ** min(max(mouse.notches, -20.0), 20.0)
    return (Zoom(factor, ground.point(panel, mouse.pixel)),)
