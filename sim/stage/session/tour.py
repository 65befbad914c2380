"""Messages about the tour: its steps, one after the other, each with the scene, clock, views and camera that it names.

At a step one may play with everything; asked for again, the step is there as it was. When the tour ends, what was to be
seen before it began comes back.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from ...descent.clock import Machine
from ...descent.race import Experiment
from ...scene import Scene, load_scene
from ...scene.tour import Step, the_tour
from ...scene.view import LandView
from ...study.maps.swarm import SIZES
from ...study.odds.tally import Tally
from ...surface.protocol import Window
from ..style.theme import say
from ..views import ViewName
from .session import SPEEDS, Guided, LaneIntent, Message, Origin, Session, as_it_wants, differs
from .setup import NextScene, Return, leave


def scene_at(step: Step) -> Scene:
    """The step's scene, to be seen as the step wants.

    Raises:
        SceneError: it cannot be read.
    """
    return _seen_so(step.scene, step.view)


@lru_cache(maxsize=64)  # Asked for with every picture.
def _seen_so(name: str, view: LandView | None) -> Scene:
    scene = load_scene(name)
    return scene if view is None else replace(scene, view=view)


def step_of(session: Session) -> Step | None:
    """The step at which the session is; None where there is no tour."""
    return None if session.tour is None else the_tour().step[session.tour.step]


def strays(session: Session) -> bool:
    """Whether the scene is not the step's, as that has it: opened or changed by hand meanwhile. A seed is no change."""
    step = step_of(session)
    return step is not None and differs(session.scene, scene_at(step))


def is_measured(session: Session) -> bool:
    """Whether what was measured at a step is about what is shown: its race, for as long, by its clock.

    What lanes are called is all the same to that, and the seed, too: no number of a step is that of one seed alone.
    """
    step = step_of(session)
    if step is None:
        return False
    own = scene_at(step)
    return session.clock == step.clock and (session.scene is own or _basis(session.scene) == _basis(own))


def _basis(scene: Scene) -> tuple[Experiment, int, Machine]:
    """All that what is measured in a scene depends on."""
    lanes = tuple(replace(lane, name="") for lane in scene.lanes)
    return replace(scene.experiment, lanes=lanes), scene.updates, scene.machine


def answered(session: Session) -> bool:
    """Whether what was measured is told: it is the answer to the step's question, which is to be thought about first.

    It comes with the race's end. In a file, nobody waits for the end.
    """
    return not session.live or session.seen >= session.scene.updates


def asked(session: Session) -> bool:
    """Whether the question of a step is still to be thought about whose answer is on its sheet."""
    step = step_of(session)
    return step is not None and bool(step.sheet) and not answered(session) and not strays(session)


@dataclass(frozen=True, slots=True)
class GoToStep(Message):
    """A step of the tour, as it is at first; the tour begins with it if it has not begun."""

    step: int
    """Its place; beyond the ends it is the first or last."""

    def apply(self, session: Session) -> Session:
        steps = the_tour().step
        place = min(max(self.step, 0), len(steps) - 1)
        step, before = steps[place], session.tour.before if session.tour is not None else session
        scene = scene_at(step)
        lanes = [lane.name for lane in scene.lanes]
        tally = session.tally if session.tally is not None and session.tally.scene == scene else None
        if step.sheet and tally is None:
            tally = Tally(scene)
        fresh = replace(
            session,
            scene=scene,
            intent=LaneIntent(),
            origin=Origin(scene),
            progress=float(step.update or 0),
            seen=0,
            playing=step.update is None and not step.sheet,
            horizon=max(scene.updates, step.update or 0),
            speed=min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - step.speed)),
            clock=step.clock,
            views=frozenset(map(ViewName, step.views)),
            swarm=SIZES[0],
            numbers=step.numbers,
            profile=False,
            focus=None if step.focus is None else Window(*step.focus[0], *step.focus[1]),
            lane=0 if step.lane is None else lanes.index(step.lane),
            chosen=step.lane is not None,
            guess=None,
            asking=False,
            opened=None,
            sheet=step.sheet,
            tally=tally,
            help=False,
            pointer=None,
            tour=Guided(place, before),
        )
        return as_it_wants(fresh)


@dataclass(frozen=True, slots=True)
class ShowTour(Message):
    """Begin the tour, with the step at which it was left, or end it: then all is as it was before."""

    def apply(self, session: Session) -> Session:
        if session.tour is None:
            return GoToStep(session.toured).apply(session)
        return end(session)


def end(session: Session) -> Session:
    """The session without its tour: what was to be seen before, and nothing under way.

    What is the window's rather than a scene's stays as it is now, and so do the scenes that were brought or left.
    """
    tour = session.tour
    assert tour is not None
    left = leave(replace(session, tour=None, left=tour.before.left))
    return replace(
        tour.before,
        theme=session.theme,
        language=session.language,
        larger=session.larger,
        presenter=session.presenter,
        presented=session.presented,
        made_way=session.made_way,
        controls=session.controls,
        captions=session.captions,
        ends=session.ends,
        drama=session.drama,
        steady=session.steady,
        judged=session.judged,
        brought=session.brought,
        left=left,
        toured=tour.step,
        tuning=None,
        pointer=None,
        notice="",
    )


@dataclass(frozen=True, slots=True)
class Lead(Message):
    """So many scenes further, or, on the tour, so many of its steps."""

    places: int

    def apply(self, session: Session) -> Session:
        if session.tour is None:
            return NextScene(self.places).apply(session)
        place, steps = session.tour.step + self.places, len(the_tour().step)
        if not 0 <= place < steps:
            ends = (
                say(session.language, "This is the first step of the tour."),
                say(session.language, "This is the last step of the tour."),
            )
            return replace(session, notice=ends[place > 0])
        return GoToStep(place).apply(session)


@dataclass(frozen=True, slots=True)
class GoBack(Message):
    """Back to the scene that was changed and left, or, on the tour, to the step as it was."""

    def apply(self, session: Session) -> Session:
        return Return().apply(session) if session.tour is None else GoToStep(session.tour.step).apply(session)
