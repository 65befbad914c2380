"""Pictures that are saved: drawn at once, and written beside the window, which goes on meanwhile."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pygame

from ....base.files import OutputError, free_path, located, named
from ...drawing.screen import Screen
from ...export.carried import carried_by, unwritable
from ...export.png import save_png
from ...picture.picture import draw
from ...picture.races import race as race_of
from ...picture.snapshot import snapshot_of
from ...session.session import Message, Origin, Session
from ...session.view import Kept, Notify
from ...sheets.scenes import Card
from ...style.theme import say
from ..background.worker_thread import failure
from .exported import as_exported

KNOWN = 5_000
"""Updates up to which a race is computed to its end before a picture of it is saved."""


class Saving:
    """Pictures on their way to their files, one after the other."""

    def __init__(self) -> None:
        self._writer: ThreadPoolExecutor | None = None
        self._written: list[Future[Message]] = []

    @property
    def running(self) -> bool:
        """Whether there is one that has not been told of."""
        return bool(self._written)

    def begin(self, session: Session, size: tuple[int, int], cards: tuple[Card, ...] = ()) -> None:
        """Save what is to be seen now as a picture that carries its scene, under a name that is not taken.

        cards: what the sheet of scenes tells, if it is open.
        """
        still = _still(session)
        race, picture = race_of(session.scene), pygame.Surface(size, depth=32)
        if still.horizon <= KNOWN:
            race.extend(still.horizon + 1)
        draw(Screen(picture), replace(snapshot_of(still, race), cards=cards))
        write = partial(_written, picture, carried_by(still), still)
        if self._writer is None:
            self._writer = ThreadPoolExecutor(1)
        self._written.append(self._writer.submit(write))

    def told(self) -> Message | None:
        """What there is to say of the first one that has been written, once."""
        return self._written.pop(0).result() if self._written and self._written[0].done() else None

    def close(self) -> None:
        """Leave no file unwritten."""
        if self._writer is not None:
            self._writer.shutdown()


def _still(session: Session) -> Session:
    """The session as it will be when it is opened again: at an update, turned to where it is turning, unchanged."""
    return replace(
        as_exported(session),
        progress=float(session.tick),
        seen=session.tick,
        horizon=max(session.scene.updates, session.tick),
        pose=session.goal or session.pose,
        goal=None,
        origin=Origin(session.scene, session.intent),
    )


def _written(picture: pygame.Surface, carried: str, session: Session) -> Message:
    """Write the picture, and say where it is, or why it is nowhere."""
    path = free_path(named(session.scene.name, f"-{session.tick}.png"))
    try:
        save_png(picture, path, carried)
    except OutputError as error:
        return Notify(str(error))
    except Exception as error:
        return Notify(say(session.language, "No picture was saved: {why}", why=failure(error)))
    if why := unwritable(session):
        return Notify(say(session.language, "Saved {path}, without its scene: {why}", path=located(path), why=why))
    return Kept(say(session.language, "Saved {path}", path=located(path)))
