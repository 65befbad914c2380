"""Scenes that come into the window or leave it, as files or as text. Each answers with a message."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pygame

from ....descent.digest import Departure, departure
from ....descent.race import Race
from ....scene import SceneError
from ....scene.reading import LARGEST_FILE, Saved, load_saved, parse_saved
from ....surface.functions.formula import Formula, FormulaError
from ...export.carried import scene_of, unwritable
from ...input.clipboard import copied
from ...session.problem import SetFormula
from ...session.scenes import brought_along
from ...session.session import Message, Session, as_it_wants, ask, begin
from ...session.setup import opened
from ...session.view import Kept, Notify
from ...style.theme import say

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
class OpenSaved(Message):
    """Go to a saved scene, and to its moment if it knows one."""

    saved: Saved

    def apply(self, session: Session) -> Session:
        fresh = resume(self.saved, session.theme)
        scene = self.saved.scene
        known = scene.texts(session.language).title if scene.name == PASTED else scene.name
        notice = say(session.language, "Opened {name}", name=known)
        there = replace(
            opened(session, fresh.scene),
            progress=fresh.progress,
            playing=fresh.playing,
            seen=fresh.seen,
            horizon=fresh.horizon,
            clock=fresh.clock if self.saved.tick is not None else session.clock,
            guess=None,
            asking=fresh.asking,
            views=fresh.views,
            brought=brought_along(session, self.saved.scene),
            picking=None,
            opened=fresh.opened,
            notice=notice,
        )
        return as_it_wants(there)


@dataclass(frozen=True, slots=True)
class Compared(Message):
    """The race that was opened has been computed, and compared with what the file tells of it."""

    clears_notice = False

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


def open_file(path: str) -> Message:
    """Open the scene in a file that was dropped: a scene file, or a picture or film that carries one."""
    return _opened(lambda: load_saved(path))


def copy_scene(session: Session) -> Message:
    """Put the scene on the clipboard, as text."""
    if why := unwritable(session):
        return Notify(say(session.language, "Nothing can be copied: {reason}", reason=why))
    refused = copied(session.language, lambda: pygame.scrap.put_text(scene_of(session)))
    return refused or Kept(say(session.language, "The scene is on the clipboard, as text."))


def open_text(text: str) -> Message:
    """Open the scene that this text describes, or play on the surface of a formula: no scene has but one line."""
    words = text.strip()
    if words and not ("=" in words and "\n" in words):
        return _formula(words)

    def read() -> Saved:
        if len(text) > LARGEST_FILE:
            raise SceneError(f"The text is larger than a scene can be, {LARGEST_FILE >> 10} kB")
        try:
            return parse_saved(text, PASTED)
        except SceneError as error:
            raise SceneError(f"The text {error}") from None

    return _opened(read)


def _formula(words: str) -> Message:
    try:
        return SetFormula(Formula(words).formula)
    except FormulaError as error:
        return Notify(f"The text is no scene; as a formula, {error}")


def _opened(read: Callable[[], Saved]) -> Message:
    try:
        return OpenSaved(read())
    except SceneError as error:
        return Notify(str(error))
