"""What is on the screen: the picture of a moment, or the last one while another is waited for."""

import time
from dataclasses import replace

import pygame

from .. import TITLE
from ..drawing.camera import Pose
from ..drawing.drawn_state import DrawnState
from ..drawing.screen import Screen
from ..picture.around.signs import draw_computing, draw_recording, draw_saving, recording_place
from ..picture.help import draw_help
from ..picture.panel.sliders import draw_turned
from ..picture.picture import draw
from ..picture.setting import setting
from ..picture.snapshot import Snapshot, ground_stride
from ..session.session import Session
from ..style.theme import load_theme
from ..views import ViewName
from . import display
from .background.preparation import Prepared
from .controls import OpenControls
from .files.recording import Filming
from .greeting import draw_greeting

SETTLED = 0.2
"""Seconds for which land has to rest before words at critical points stand on it: in each picture of land that turns
they would be laid out anew, which takes longer than a frame has."""


class Showing:
    """The one who draws on the screen, and knows what is there."""

    def __init__(self, controls: OpenControls, filming: Filming) -> None:
        self._controls = controls
        self._filming = filming
        self._shown: tuple[Snapshot, tuple[int, int]] | None = None
        self._drawn_state = DrawnState()  # What stands on it, as long as that is there.
        self._fresh: pygame.Surface | None = None  # The last picture that was made ready.
        self._still: pygame.Surface | None = None  # The picture that stays while another is waited for.
        self._signed: tuple[object, ...] | None = None  # What was last drawn over the picture that stays.
        self._told_film: int | None = None  # The seconds of a film that are on the screen.
        self._sign: pygame.Rect | None = None  # Where else something is said over the picture.
        self._pose: Pose | None = None  # How land was last seen,
        self._turned = -SETTLED  # and when it was last seen otherwise than before.
        self.waits = False
        """Whether what is drawn has still to come onto the screen."""
        self.drawing = 0.0
        """How many seconds the last drawing took."""
        self.unsettled = False
        """Whether words are left out because land was turning when it was drawn."""

    @property
    def moment(self) -> Snapshot | None:
        """What the picture that is to be seen shows, if it is known to be there."""
        return None if self._shown is None else self._shown[0]

    def forget(self) -> None:
        """The picture need not be on the screen any more."""
        self._shown = None

    def forget_all(self) -> None:
        """Nothing that was drawn need be on the screen any more, neither what stands over a picture that stays."""
        self._shown = self._signed = None

    def go_on(self) -> None:
        """No picture is waited for any more."""
        self._still = self._signed = None

    def take(self, found: Prepared, size: tuple[int, int]) -> bool:
        """Show the picture that has been made ready, if it is as large as the screen; says whether it is."""
        self._fresh = found.picture
        self._still = self._signed = self._shown = None
        if not display.screen().get_size() == size == found.picture.get_size():
            return False
        display.screen().blit(found.picture, (0, 0))
        self._drawn_state.clear()
        self._shown, self.waits = (found.snapshot, size), True
        return True

    def show(self, now: Snapshot, seconds: float) -> None:
        """Draw the moment, if it is not the one shown already."""
        screen = display.screen()
        size, canvas_size = screen.get_size(), display.canvas_size()
        if not self._filming.running:  # A film is looked at picture by picture.
            now = self._settled(replace(now, stride=ground_stride(now)))
        if self._shown == (now, size) and not self._controls.lively:
            if self.waits:
                if canvas_size == size:
                    self._controls.show(screen, now, seconds)
                self.put(now.session, None)
            return
        begun = time.perf_counter()
        if canvas_size == size:
            # An open menu or a tooltip may have covered any part of the picture.
            known = self._shown and self._shown[1] == size and self._controls.panel is None
            draw(Screen(screen, self._drawn_state), now, self._shown[0] if self._shown and known else None)
            self._controls.show(screen, now, seconds)
        else:
            canvas = pygame.Surface(canvas_size, depth=32)
            draw(Screen(canvas), now)
            self._controls.show(canvas, now, seconds)
            pygame.transform.smoothscale(canvas, size, screen)
        self.drawing = time.perf_counter() - begun
        self.put(now.session, None)
        self._shown = (now, size)

    def _settled(self, now: Snapshot) -> Snapshot:
        """The moment, without words at critical points if land turns."""
        session, time_ = now.session, display.now()
        if self._pose not in (None, session.pose):
            self._turned = time_
        self._pose = session.pose
        self.unsettled = ViewName.LABELS in session.views and time_ - self._turned < SETTLED
        if not self.unsettled:
            return now
        return replace(now, session=replace(session, views=session.views - {ViewName.LABELS}))

    def show_still(self, session: Session, standing: Session | None, told: bool, seconds: float) -> None:
        """Show what was to be seen before, and say, if it is to be told, that the next picture is being computed.

        standing: the session as it was when its picture was last drawn.
        """
        screen, size = display.screen(), display.screen().get_size()
        sign = (size, session.help, session.language, told, session.scene.lanes)
        if self._signed == sign and not self._controls.lively:
            return
        if self._still is None or self._still.get_size() != size:
            self._still = self._before(screen, session)
        screen.blit(self._still, (0, 0))
        here = setting(standing or session, display.canvas_size())
        theme = load_theme(here.colors, session.language)
        if display.canvas_size() == size:  # A reduced picture that stays shows them as they were.
            if standing is not None and _is_turned(session, standing):
                if not (standing.sheet or standing.picking is not None):  # These cover the sliders.
                    draw_turned(Screen(screen), here.places, session.scene, standing.scene, theme)
                self._controls.keep_up(session, standing.scene)
            self._controls.draw(screen, seconds)
        said = draw_computing(Screen(screen), here.places, theme) if told else None
        if session.help:
            draw_help(Screen(screen), theme, here.places)
        self.put(session, said)
        self._signed, self._shown = sign, None

    def show_saving(self, session: Session) -> None:
        """Say at once that a picture is being saved: to draw it once more may take longer than a frame."""
        if self._shown is None:  # There is nothing to say it over.
            return
        here = setting(session, display.canvas_size())
        self.put(session, draw_saving(Screen(display.screen()), here.places, here.theme))
        self._shown = None

    def tell_of_film(self, session: Session) -> None:
        """Have the title say whether a film is being made, and the screen, second by second, for how long it is."""
        title = f"{TITLE} ●" if self._filming.running else TITLE
        if pygame.display.get_caption()[0] != title:
            pygame.display.set_caption(title)
        if self._filming.lasts(display.now()) != self._told_film:
            self.put(session, self._sign)

    def put(self, session: Session, said: pygame.Rect | None) -> None:
        """Bring what is drawn onto the screen, and over it, if a film is being made, for how long: the film has not.

        said: where something is said over the picture already.
        """
        screen, lasts = display.screen(), self._filming.lasts(display.now())
        self._told_film, self._sign, self.waits = lasts, said, False
        if lasts is None:
            pygame.display.flip()
            return
        here = setting(session, display.canvas_size())
        place = recording_place(here.places, lasts, screen.get_size(), said).clip(screen.get_rect())
        below = screen.subsurface(place).copy()
        draw_recording(Screen(screen), place, here.places.em, here.theme, lasts)
        pygame.display.flip()
        screen.blit(below, place)

    def _before(self, screen: pygame.Surface, session: Session) -> pygame.Surface:
        """The picture that is to be seen, or, where the window has another size now, the last one of the old size."""
        if self._shown is not None and self._shown[1] == screen.get_size():
            return screen.copy()
        if self._fresh is not None:
            return pygame.transform.smoothscale(self._fresh, screen.get_size())
        empty = screen.copy()
        draw_greeting(empty, load_theme(session.theme))
        return empty


def _is_turned(session: Session, standing: Session) -> bool:
    """Whether a session is one that is on the screen, but for what its sliders say."""
    scene, shown = session.scene, standing.scene
    return scene.name == shown.name and len(scene.lanes) == len(shown.lanes)
