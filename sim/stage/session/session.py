"""What the user has asked for, as a value, and how a message makes another of it.

Keys and clicks become messages; `update` is pure, so that every control can be tested without a window. The
messages themselves stand by what they are about: `playback`, `view`, `setup`, `scenes`, `lanes`, `dials`, `problem`,
`odds`, `tuning`, `tour`.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol

import numpy as np
from pygame import Surface

from ...descent.clock import UPDATES
from ...descent.digest import digest
from ...descent.race import Race
from ...descent.rules.guard import RuleFailure
from ...languages import ENGLISH
from ...scene import Scene
from ...scene.carriers import sealed
from ...scene.reading import Saved
from ...scene.speech import Translation
from ...study.maps.swarm import SIZES, SPREADS
from ...study.odds.tally import Tally
from ...surface.protocol import Point, Window
from ..drawing.camera import FLAT, Pose
from ..style.kept import Recent
from ..style.theme import THEMES, say
from ..views import ViewName

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)
"""Updates a second."""
USUAL_SPEED = SPEEDS.index(20.0)
SHEETS = ("odds", "contrast")
"""What may lie over the maps: the odds over many seeds, and small against large batch."""


@dataclass(frozen=True, slots=True)
class Guided:
    """Where one is on the tour."""

    step: int
    """The step's place."""
    before: "Session"
    """What was to be seen before it began."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is told of a scene on the sheet of all scenes."""

    title: str
    look: str = ""
    picture: Surface | None = None
    """None until it is there: an outline stands in."""


@dataclass(frozen=True, slots=True)
class Search:
    """The learning rate that suits a lane best is being looked for."""

    scene: Scene
    """The lane alone, with all that matters to it; its seed is the first of those with which it is looked for."""
    by: str
    """What counts, one of the criteria of `study.tuning.search`."""
    share: float = 0.0
    """How much of the search is done, from 0 to 1."""
    rate: float | None = None
    """The best learning rate so far."""


@dataclass(frozen=True, slots=True)
class Retuned:
    """A lane has the learning rate that was found for it."""

    scene: Scene
    """The lane alone as it is with that."""
    former: Scene
    """The whole scene as it was before."""
    lane: int
    """Which of that one's lanes it is."""
    told: str
    """What was said of it."""


class Rate(NamedTuple):
    """A lane's learning rate on a surface of one's own."""

    given: float
    wanted: float
    """What it would be on a surface for which nothing is turned down."""


@dataclass(frozen=True, slots=True)
class OriginalSettings:
    """Start and learning rates before they were adjusted so that marbles are led down a surface of one's own."""

    start: Point
    moved: Point
    """Where it is instead."""
    factor: float
    """What learning rates were multiplied with, of lanes whose steps grow with the gradient."""
    rates: tuple[Rate, ...]
    """The learning rate of each lane."""


class Asked(NamedTuple):
    """The batch of a lane for which there are too few examples: it comes back when there are more again."""

    size: int
    """What was asked for."""
    name: str
    """What the lane was called with it."""
    cut: str
    """What it is called while its batches are all there is."""


class Meant(NamedTuple):
    """What a session knows of its scene's lanes besides what they are; no file tells it."""

    given: frozenset[str]
    wanted: OriginalSettings | None
    asked: tuple[Asked | None, ...]


NOTHING_MEANT = Meant(frozenset(), None, ())


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
    clock: str = UPDATES
    """By which of the CLOCKS of `descent.clock` the lanes run."""
    theme: str = THEMES[0]
    language: str = ENGLISH
    views: frozenset[ViewName] = frozenset({ViewName.BATCH_STRIP, ViewName.LOSS_SCALE})
    """Which of the views are drawn over the maps."""
    swarm: int = SIZES[0]
    """How many marbles run in each lane, one of SIZES; 0 for the race's own alone."""
    spread: str = next(iter(SPREADS))
    """Where the marbles of a swarm start, one of SPREADS."""
    focus: Window | None = None
    """The part of the plane that all maps show; None for the scene's window."""
    riding: bool = False
    """Whether the maps follow the chosen lane's marble from close by."""
    pose: Pose = FLAT
    """How the maps are looked at."""
    goal: Pose | None = None
    """The pose that they are turning to, if they are."""
    turned: Pose | None = None
    """The pose into which land has been turned by hand, if it has."""
    pointer: tuple[int, int] | None = None
    """Where the mouse is, in pixels of the picture."""
    rests: bool = True
    """Whether it has been there for a moment: tooltips come late."""
    lane: int = 0
    """The lane that the controls are about."""
    chosen: bool = False
    """Whether it was chosen, or changed, by hand or by a step of the tour: then it is shown which one it is."""
    controls: bool = False
    """Whether the panel of controls is open."""
    leaf: bool = False
    """Whether the panel shows its second leaf, where not all of it can be read on one."""
    together: bool = False
    """Whether all marbles run on one large map."""
    profile: bool = False
    """Whether the loss along the line from the start to the lowest known minimum is shown."""
    numbers: bool = False
    """Whether all the live numbers of a lane are shown, not only the loss."""
    presenter: bool = False
    """Bigger type and strokes, for a projector."""
    presented: bool = False
    """Whether that is so again once the panel of controls, for which there was no room, is folded in."""
    made_way: bool = False
    """Whether that panel made way for bigger type, and comes back when type is as usual again."""
    larger: float = 1.0
    """How many times as large as usual in a window of its size type and strokes are to be."""
    captions: bool = True
    ends: bool = False
    """Whether a bar under each map shows where the lane's marbles end over many seeds."""
    drama: bool = True
    """Whether time slows down by itself where something happens."""
    steady: bool = False
    """Whether motion is reduced: nothing glides, eases, grows or slows down by itself."""
    guess: int | None = None
    """The lane that was guessed to be the answer to the scene's question."""
    guessed: Scene | None = None
    """The scene as it was when that was guessed: it is its race that the guess was about."""
    judged: tuple[tuple[Scene, bool], ...] = ()
    """The scenes of whose races a guess has been judged, and whether it was right: the first one of each race."""
    asking: bool = False
    """Whether the scene's question still waits for a guess."""
    sheet: str = ""
    """Which of SHEETS lies over the maps; none if empty."""
    tally: Tally | None = None
    """What has been counted of this scene, whichever seed is watched, for the sheets and the bars under the maps."""
    help: bool = False
    picking: int | None = None
    """Which scene is marked on the sheet of all scenes; None while that is not open."""
    cards: tuple[Card, ...] = ()
    """What that sheet tells of each, as far as it is known by now."""
    brought: tuple[Scene, ...] = ()
    """Scenes that were opened from elsewhere."""
    live: bool = True
    """Whether it can be played on; a picture in a file says nothing of speed and keys."""
    origin: Scene | None = None
    """The scene as it was opened, or last saved."""
    meant: Meant = NOTHING_MEANT
    """What was meant by that scene besides."""
    left: "Session | None" = None
    """The scene that was changed by hand and left for another one, if there is one, and how it was being looked at."""
    given: frozenset[str] = frozenset()
    """Names of lanes that the user has given: they stay, whatever the lanes become."""
    wanted: OriginalSettings | None = None
    """What the lanes and the start of a surface of one's own were meant to be."""
    asked: tuple[Asked | None, ...] = ()
    """For each lane the batch that N is too small for, if it is; empty if it is for none."""
    former: tuple[Scene, int] | None = None
    """While a slider of a lane is dragged: the scene as it was before, and which lane it is."""
    tuning: Search | Retuned | None = None
    """The search for a lane's learning rate that goes on, or what came of the last one while it can be taken back."""
    draft: str = ""
    """A formula that has been typed and not shown."""
    refused: str = ""
    """What is wrong about it, in English; empty if nothing is as far as is known."""
    rules: str = ""
    """The file of rules that was typed last."""
    rules_refused: str = ""
    """Why its rules are not there; empty if they are."""
    opened: Saved | None = None
    """What was opened from a file, until its race has been computed as far as the file tells of it."""
    tour: Guided | None = None
    """Where one is on the tour; None where there is none."""
    toured: int = 0
    """The step at which it was last left, by its place."""
    notice: str = ""
    """A sentence about what was just done, until the next message."""
    open: bool = True

    @property
    def tick(self) -> int:
        """The tick that is shown; by the clock of updates, every lane's update."""
        return int(self.progress)

    @property
    def waiting(self) -> bool:
        """Whether the scene's question is being put now, and playing waits for a guess."""
        return self.asking and self.captions and not self.playing and self.tick == 0

    @property
    def means(self) -> Meant:
        """What is meant by the scene as it is now, besides."""
        return Meant(self.given, self.wanted, self.asked)

    @property
    def counted(self) -> Scene:
        """The scene whose seeds are counted: from its own on, as it was opened, whichever is watched now."""
        return self.scene if self.origin is None else replace(self.scene, seed=self.origin.seed)


OF_THE_WINDOW = frozenset(
    {
        *("theme", "language", "larger", "presenter", "presented", "made_way", "controls"),
        *("captions", "ends", "drama", "steady", "judged", "brought"),
    }
)
"""What is the window's, whatever scene is shown, and whether it is one of the tour."""
OF_THE_SCENE = frozenset(
    {
        *("scene", "origin", "progress", "seen", "horizon", "clock", "focus", "pose", "turned", "views", "together"),
        *("lane", "chosen", "given", "wanted", "asked", "meant", "guess", "asking"),
    }
)
"""What is the scene's that is shown, and comes back with it."""
OF_THE_HAND = frozenset(
    {
        *("notice", "asking", "guess", "guessed", "judged", "pointer", "rests", "chosen", "former", "tuning"),
        *("controls", "leaf", "help", "tour"),
    }
)
"""What tells of whoever sits at the window, and not of the race: no picture in a file has it."""


def taken_over(session: Session, other: Session, names: frozenset[str]) -> Session:
    """The session with fields of such names as another one has them."""
    return replace(session, **{name: getattr(other, name) for name in names})


def begin(scene: Scene, theme: str = THEMES[0]) -> Session:
    """A session at the scene's start, playing."""
    fresh = Session(scene, origin=scene, playing=True, horizon=scene.updates, theme=theme)
    return as_it_wants(fresh)


def as_it_wants(session: Session) -> Session:
    """The session with its scene seen as that wants to be."""
    view = session.scene.view
    pose = Pose(view.yaw, view.tilt) if view.kind == "relief" else FLAT
    ground = {ViewName.MOVING_GROUND} if view.ground == "moving" else set[ViewName]()
    views, together = session.views - {ViewName.MOVING_GROUND} | ground, view.maps == "together"
    return replace(
        session, pose=pose, goal=None, turned=None, views=views, together=together, riding=False, former=None
    )


def as_it_is_seen(session: Session) -> Scene:
    """The session's scene, with how it is seen now as what it wants."""
    pose, moving = session.goal or session.pose, ViewName.MOVING_GROUND in session.views
    kind: Literal["map", "relief"] = "map" if pose == FLAT else "relief"
    turned = {"yaw": pose.yaw, "tilt": pose.tilt} if pose != FLAT else {}
    ground: Literal["still", "moving"] = "moving" if moving else "still"
    maps: Literal["apart", "together"] = "together" if session.together else "apart"
    view = replace(session.scene.view, kind=kind, ground=ground, maps=maps, **turned)
    return replace(session.scene, view=view)


def changed(session: Session) -> bool:
    """Whether the scene is not what it was when it was opened or saved: changed by hand, and not changed back."""
    return session.origin is not None and differs(session.scene, session.origin)


def differs(scene: Scene, other: Scene) -> bool:
    """Whether there is something else to be seen in a scene than in another one. Another seed is no change."""
    return scene is not other and _plain(scene) != _plain(other)


def _plain(scene: Scene) -> Scene:
    """The scene without what is not seen of it: its seed, what it claims, and words for lanes that it has not."""
    names = {lane.name for lane in scene.lanes}
    words = (
        (code, replace(said, lane=tuple(sorted(each for each in said.lane if each[0] in names))))
        for code, said in scene.translations
    )
    told = tuple((code, said) for code, said in words if said != Translation())
    return replace(scene, seed=0, claims=(), translations=told)


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
    """The session after the message. Where a rule refuses a setting, nothing has changed but the notice.

    Raises:
        SceneError: the message asks for a scene that cannot be read.
    """
    try:
        there = message.apply(session)
    except RuleFailure as failure:
        return replace(session, notice=say(session.language, "Nothing is changed: {why}", why=str(failure)))
    if there.scene != session.scene:
        counted = there.tally is not None and there.tally.holds_of(there.scene)
        if not counted:
            kept = None if there.tally is None else there.tally.taken_over(there.counted)
            there = replace(there, sheet="", tally=kept)
        if there.tuning is not None and lane_of(there, there.tuning.scene) is None:
            there = replace(there, tuning=None)
        return replace(there, seen=there.tick, picking=None, cards=())
    seen = max(there.seen, there.tick)
    return replace(there, seen=seen) if seen != there.seen else there


def alone(session: Session, lane: int) -> Scene:
    """The session's scene with one of its lanes, without what is said while it runs; its seed says nothing."""
    scene = session.scene
    return replace(
        scene,
        seed=0,
        lanes=(scene.lanes[lane],),
        claims=(None,),
        captions=(),
        question=None,
        translations=(),
    )


def lane_of(session: Session, scene: Scene) -> int | None:
    """The place of the lane that is that one, alone; None if it has been taken away or changed in what matters."""
    now, wanted = session.scene, (scene.experiment, scene.updates)
    lanes = ((replace(now.experiment, lanes=(lane,)), now.updates) for lane in now.lanes)
    return next((place for place, lane in enumerate(lanes) if lane == wanted), None)


RACES: Recent[Scene, Race] = Recent(2)
"""What has been computed of the scene that is shown, of that before it, and of others that there is room for."""


def race(scene: Scene) -> Race:
    """The race of a scene: for equal scenes the same one, with all that it has computed."""
    return RACES.get(scene, scene.race)


def within_reach(window: Window) -> Window:
    """How far the maps may be moved: over the scene's window, give or take a window. So one does not get lost."""
    wide, high = window.width, window.height
    return Window(window.x0 - wide, window.x1 + wide, window.y0 - high, window.y1 + high)


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


def scene_of(session: Session) -> str:
    """The scene of this session as a text: as changed by hand, with the moment, and what the race was like up to it."""
    from ...scene.saving import saved_text  # noqa: PLC0415  Not needed to show the first frame.

    told = digest(race(session.scene), session.tick)
    return saved_text(Saved(as_it_is_seen(session), session.tick, session.clock, told))


def unwritable(session: Session) -> str:
    """Why no file can hold the scene of this session; nothing where one can."""
    from ...scene.writing import outsiders  # noqa: PLC0415  Nor is this.

    places = ", ".join(outsiders(session.scene))
    return say(session.language, "no file can name {places}", places=places) if places else ""


def carried_by(session: Session) -> str:
    """The scene of this session as the text that its pictures and films carry; nothing where no file can hold it."""
    return "" if unwritable(session) else sealed(scene_of(session))
