"""What the user has asked for, as a value, and how a message makes another of it.

Keys and clicks become messages; `update` changes nothing else, so that every control can be tested without a window,
and what comes of a message can be drawn before it is said. The messages themselves stand by what they are about:
`playback`, `view`, `setup`, `scenes`, `lanes`, `dials`, `problem`, `odds`, `tuning`, `tour`.
"""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, NamedTuple, Protocol, TypeVar

from ...base.languages import ENGLISH
from ...base.limits import THEMES
from ...descent.clock import UPDATES
from ...descent.rules.guard import RuleFailure
from ...scene import Scene
from ...scene.reading import Saved
from ...scene.speech import Translation
from ...study.maps.swarm import SIZES, SPREADS
from ...study.odds.tally import Tally
from ...study.tuning.usual import Criterion
from ...surface.protocol import Point, Window
from ..drawing.camera import FLAT, Pose
from ..style.theme import say
from ..views import ViewName

T = TypeVar("T")

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)
"""Updates a second."""
USUAL_SPEED = SPEEDS.index(20.0)
Sheet = Literal["", "odds", "contrast"]
"""What lies over the maps, if anything."""
SHEETS: tuple[Sheet, ...] = ("odds", "contrast")
"""What may lie over the maps: the odds over many seeds, and small against large batch."""


@dataclass(frozen=True, slots=True)
class Guided:
    """Where one is on the tour."""

    step: int
    """The step's place."""
    before: "Session"
    """What was to be seen before it began."""


@dataclass(frozen=True, slots=True)
class Search:
    """The learning rate that suits a lane best is being looked for."""

    scene: Scene
    """The lane alone, with all that matters to it; its seed is the first of those with which it is looked for."""
    by: Criterion
    """What counts."""
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


@dataclass(frozen=True, slots=True)
class Typed:
    """A line of text that has been typed."""

    text: str = ""
    refused: str = ""
    """What is wrong about it; empty if nothing is as far as is known."""


class CutBatch(NamedTuple):
    """The batch of a lane for which there are too few examples: it comes back when there are more again."""

    size: int
    """What was asked for."""
    name: str
    """What the lane was called with it."""
    now: str
    """What it is called while its batches are all there is."""


@dataclass(frozen=True, slots=True)
class LaneIntent:
    """What a session knows of its scene's lanes besides what they are: what they were meant to be. No file tells it."""

    names: frozenset[str] = frozenset()
    """Names of lanes that the user has given: they stay, whatever the lanes become."""
    settings: OriginalSettings | None = None
    """What the lanes and the start of a surface of one's own were meant to be."""
    batches: tuple[CutBatch | None, ...] = ()
    """For each lane the batch that N is too small for, if it is; empty if it is for none."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A scene as it was opened, or last saved, and what its lanes were meant to be then."""

    scene: Scene
    intent: LaneIntent = LaneIntent()


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
    sheet: Sheet = ""
    """Which of SHEETS lies over the maps; none if empty."""
    tally: Tally | None = None
    """What has been counted of this scene, whichever seed is watched, for the sheets and the bars under the maps."""
    help: bool = False
    picking: int | None = None
    """Which scene is marked on the sheet of all scenes; None while that is not open."""
    brought: tuple[Scene, ...] = ()
    """Scenes that were opened from elsewhere."""
    live: bool = True
    """Whether it can be played on; a picture in a file says nothing of speed and keys."""
    intent: LaneIntent = LaneIntent()
    """What its lanes were meant to be."""
    origin: Origin | None = None
    """The scene as it was opened, or last saved."""
    left: "Session | None" = None
    """The scene that was changed by hand and left for another one, if there is one, and how it was being looked at."""
    former: tuple[Scene, int] | None = None
    """While a slider of a lane is dragged: the scene as it was before, and which lane it is."""
    tuning: Search | Retuned | None = None
    """The search for a lane's learning rate that goes on, or what came of the last one while it can be taken back."""
    formula: Typed = Typed()
    """The formula that has been typed and not shown; what is wrong about it is told in English."""
    rules: Typed = Typed()
    """The file of rules that was typed last."""
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
    def counted(self) -> Scene:
        """The scene whose seeds are counted: from its own on, as it was opened, whichever is watched now."""
        return self.scene if self.origin is None else replace(self.scene, seed=self.origin.scene.seed)


def begin(scene: Scene, theme: str = THEMES[0]) -> Session:
    """A session at the scene's start, playing."""
    fresh = Session(scene, origin=Origin(scene), playing=True, horizon=scene.updates, theme=theme)
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
    return session.origin is not None and differs(session.scene, session.origin.scene)


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


def onward(options: Iterable[T], now: T, steps: int = 1) -> T:
    """Which of the options comes so many places after that one, or before it, round and round."""
    each = list(options)
    return each[(each.index(now) + steps) % len(each)]


class Message(Protocol):
    """Something that the user, or the clock, says to the session."""

    clears_notice: ClassVar[bool] = True
    """Whether the notice goes where the message changes anything, and says nothing itself."""

    @abstractmethod
    def apply(self, session: Session) -> Session:
        """The session after it; the given one is left as it is."""
        ...


def said(session: Session, message: Message) -> Session:
    """The session after the message alone, with the notice that it leaves."""
    before = replace(session, notice="") if message.clears_notice and session.notice else session
    there = message.apply(before)
    return session if there is before else there


def update(session: Session, message: Message) -> Session:
    """The session after the message. Where a rule refuses a setting, nothing has changed but the notice.

    Raises:
        SceneError: the message asks for a scene that cannot be read.
    """
    try:
        there = said(session, message)
    except RuleFailure as failure:
        return replace(session, notice=say(session.language, "Nothing was changed: {why}", why=str(failure)))
    if there.scene != session.scene:
        counted = there.tally is not None and there.tally.holds_of(there.scene)
        if not counted:
            kept = None if there.tally is None else there.tally.taken_over(there.counted)
            there = replace(there, sheet="", tally=kept)
        if there.tuning is not None and lane_of(there, there.tuning.scene) is None:
            there = replace(there, tuning=None)
        return replace(there, seen=there.tick, picking=None)
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
