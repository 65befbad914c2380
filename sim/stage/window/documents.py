"""What leaves the window and comes back: pictures, and scenes as files or as text. Each answers with a message."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pygame

from ...descent.digest import Departure, departure
from ...descent.race import Race
from ...files import OutputError, free_path, located, named
from ...scene import SceneError
from ...scene.reading import LARGEST_FILE, Saved, load_saved, parse_saved
from ..drawing.screen import Screen
from ..export.png import save_png
from ..picture.picture import draw, snapshot_of
from ..session.scenes import brought_along
from ..session.session import Message, Session, as_it_wants, ask, begin, carried_by, scene_of
from ..session.session import race as race_of
from ..session.setup import leave
from ..session.view import Kept, Notify
from ..style.theme import say

KNOWN = 5_000  # Updates up to which a race is computed to its end before a picture of it is saved.
PASTED = "pasted"
"""What a scene is called that comes as text and does not say its name."""


def resume(saved: Saved, theme: str) -> Session:
    """A session on a saved scene: paused at its moment, or playing from the start if it knows of none."""
    if saved.tick is None:
        return ask(begin(saved.scene, theme))
    horizon = max(saved.scene.updates, saved.tick)
    return replace(
        begin(saved.scene, theme),
        playing=False,
        progress=float(saved.tick),
        seen=saved.tick,
        horizon=horizon,
        clock=saved.clock,
        opened=saved,
    )


@dataclass(frozen=True, slots=True)
class OpenSaved:
    """Go to a saved scene, and to its moment if it knows one."""

    saved: Saved

    def apply(self, session: Session) -> Session:
        fresh = resume(self.saved, session.theme)
        notice = say(session.language, "Opened {name}", name=self.saved.scene.name)
        there = replace(
            session,
            scene=fresh.scene,
            origin=fresh.scene,
            left=leave(session),
            progress=fresh.progress,
            playing=fresh.playing,
            seen=fresh.seen,
            horizon=fresh.horizon,
            clock=fresh.clock if self.saved.tick is not None else session.clock,
            guess=None,
            asking=fresh.asking,
            focus=None,
            views=fresh.views,
            lane=0,
            brought=brought_along(session, self.saved.scene),
            picking=None,
            cards=(),
            opened=fresh.opened,
            notice=notice,
        )
        return as_it_wants(there)


@dataclass(frozen=True, slots=True)
class Compared:
    """The race that was opened has been computed, and compared with what the file tells of it."""

    departure: Departure | None

    def apply(self, session: Session) -> Session:
        if self.departure is None:
            return replace(session, opened=None)
        told = say(session.language, self.departure.sentence, same=self.departure.same, other=self.departure.other)
        return replace(session, opened=None, notice=told)


def compared(session: Session, race: Race) -> Message | None:
    """What comes of comparing a race that was opened from a file with the one in it, once it has been computed."""
    saved = session.opened
    if saved is None or race.updates < saved.opening_tick:
        return None
    return Compared(departure(race, saved.digest) if saved.scene == session.scene else None)


def save_picture(session: Session, size: tuple[int, int]) -> Message:
    """Save what is to be seen as a picture that carries its scene, under a name that is not taken."""
    # As the picture will be when it is opened again: at an update, turned to where it is turning, its race known.
    still = replace(session, progress=float(session.update), pose=session.goal or session.pose, goal=None, tour=None)
    path = free_path(named(session.scene.name, f"-{session.update}.png"))
    race, picture = race_of(session.scene), pygame.Surface(size, depth=32)
    if session.horizon <= KNOWN:
        race.extend(session.horizon + 1)
    draw(Screen(picture), snapshot_of(replace(still, live=False, pointer=None), race))
    try:
        save_png(picture, path, carried_by(still))
    except OutputError as error:
        return Notify(str(error))
    return Kept(say(session.language, "Saved {path}", path=located(path)))


def open_file(path: str) -> Message:
    """Open the scene in a file that was dropped: a scene file, or a picture or film that carries one."""
    return _opened(lambda: load_saved(path))


def copy_scene(session: Session) -> Message:
    """Put the scene on the clipboard, as text."""
    try:
        pygame.scrap.put_text(scene_of(session))
    except pygame.error as error:
        return Notify(say(session.language, "The scene cannot be copied: {reason}", reason=error))
    return Kept(say(session.language, "The scene is on the clipboard, as text."))


def clipboard() -> str:
    """The text on the clipboard; empty if there is none."""
    try:
        text = pygame.scrap.get_text()
    except pygame.error:
        return ""
    return text if text.strip() else ""


def open_text(text: str) -> Message:
    """Open the scene that this text describes."""

    def read() -> Saved:
        if len(text) > LARGEST_FILE:
            raise SceneError(f"the text is larger than a scene can be, {LARGEST_FILE >> 10} kB")
        try:
            return parse_saved(text, PASTED)
        except SceneError as error:
            raise SceneError(f"the text {error}") from None

    return _opened(read)


def _opened(read: Callable[[], Saved]) -> Message:
    try:
        return OpenSaved(read())
    except SceneError as error:
        return Notify(str(error))
