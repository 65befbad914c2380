"""What stays while a race runs: how things look, where they stand, and what the maps show."""

from dataclasses import dataclass, replace
from functools import partial

from ...descent.schedules import CONSTANT
from ...scene import Scene
from ...scene.tour import the_tour
from ...surface.protocol import Window
from ..drawing.camera import FLAT, Camera, Pose
from ..drawing.enlarged import enlarged_layout
from ..drawing.layout import Layout, More, asked_type, layout
from ..session.session import Session
from ..session.tour import step_of
from ..style.theme import Theme, load_theme
from ..views import ViewName
from .around.caption import longest_said
from .around.guided import Frame, guided
from .map.site import camera_on
from .panel.settings import heading_widths


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays while a race runs: caches of pictures go by it."""

    scene: Scene
    size: tuple[int, int]
    colors: str
    language: str
    controls: bool
    presenter: bool
    larger: float
    more: More
    steady: bool
    focus: Window | None
    pose: Pose
    lane: int | None = None
    """The lane that is shown to be the chosen one; None where it is not shown which one is."""
    step: int | None = None
    """The step of the tour, by its place; None where there is no tour."""

    @property
    def told(self) -> tuple[str, ...]:
        """What of the lanes' panels the step speaks of: it goes before what there is no room for."""
        return () if self.step is None else the_tour().step[self.step].tells

    @property
    def frame(self) -> tuple[object, ...]:
        """What the panel of controls depends on."""
        return self.size, self.colors, self.language, self.presenter, self.larger

    @property
    def theme(self) -> Theme:
        """How things look and read."""
        return load_theme(self.colors, self.language)

    @property
    def places(self) -> Layout:
        """Where things stand."""
        return places_in(self, self.size)

    @property
    def outlook(self) -> tuple[Window, Pose]:
        """What of the plane is seen, and from where."""
        return self.focus or self.scene.window, self.pose

    @property
    def around(self) -> "Setting":
        """All of it but what of the plane is seen, and from where: all around the maps stays while that changes."""
        return replace(self, focus=None, pose=FLAT)

    @property
    def camera(self) -> Camera:
        """What all maps show: they are equally large and look the same way."""
        area = self.places.panels[0].map
        return camera_on(self.scene.problem(), self.focus or self.scene.window, area.size, self.pose)


def places_in(here: Setting, size: tuple[int, int]) -> Layout:
    """Where things stand in a window of that size."""
    lanes, aspect = len(here.scene.lanes), here.scene.window.width / here.scene.window.height
    if here.step is not None:
        laid = partial(layout, size, lanes, aspect, here.controls)
        frame = Frame(size, here.language, here.controls, here.more)
        return guided(laid, here.step, frame, asked_type(size, here.presenter, here.larger))
    more = replace(here.more, heading=_heading(here), said=longest_said(here.scene, here.language))
    return enlarged_layout(size, lanes, aspect, here.controls, here.presenter, more, here.larger)


def _heading(here: Setting) -> tuple[float, float]:
    """How wide panels have to be for names with some, and with all that tells lanes apart, in ems."""
    scene, language = here.scene, here.language
    return heading_widths(scene.lanes, scene.texts(language).lanes, scene.examples.count, language)


def setting(session: Session, size: tuple[int, int]) -> Setting:
    """The setting of a session in a picture of that size."""
    controls, step = session.controls and not session.presenter, step_of(session)
    tells = set[str](() if step is None else step.tells)
    return Setting(
        scene=session.scene,
        size=size,
        colors=session.theme,
        language=session.language,
        controls=controls,
        presenter=session.presenter,
        more=More(
            swarm=bool(session.swarm),
            numbers=session.numbers,
            sliders=session.live and not session.presenter,
            together=session.together,
            profile=session.profile,
            ends=session.ends,
            strip=ViewName.BATCH_STRIP in session.views and ViewName.BATCH_STRIP in tells,
            planned=any(lane.schedule != CONSTANT for lane in session.scene.lanes),
            told=len(tells - {ViewName.BATCH_STRIP}),
        ),
        larger=session.larger,
        steady=session.steady,
        focus=session.focus,
        pose=session.pose,
        lane=session.lane if session.live and (controls or session.chosen) else None,
        step=None if session.tour is None else session.tour.step,
    )


def type_at(larger: float, session: Session, size: tuple[int, int]) -> float:
    """How high type would be in a picture of that size if it was asked to be so many times the usual size."""
    return setting(replace(session, larger=larger), size).places.em
