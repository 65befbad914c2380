"""Small pictures of scenes, made one after the other beside the window, while somebody looks at the sheet of them."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import NamedTuple

import pygame

from ....scene import Scene, SceneError, load_scene, scene_files
from ....surface.cancellation import Cancelled, cancel_when
from ...export.thumbnail import small_picture
from ...session.session import Message, Session
from ...session.setup import is_judged
from ...session.view import Notify
from ...sheets.scenes import PICTURE, Card
from ...style.cache import Cache
from ...style.theme import say
from .worker_thread import failure, taking_turns

MEMORY = 24 << 20
"""Bytes of all small pictures that are kept, at most."""


class Key(NamedTuple):
    """What a small picture is of."""

    scene: str | Scene
    """One that comes with the program by its name, or any other."""
    theme: str
    asks: bool
    """Whether its question is still to be answered."""


class Gallery:
    """Makes what the sheet of scenes shows, and keeps it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gallery")
        self._unwanted = Event()
        self._pictures = Cache(MEMORY)
        self._scenes: dict[str, Scene | None] = {}  # Those that come with the program; None where it cannot be read.
        self._failed: set[Key] = set()
        self._work: tuple[Key, Future[tuple[Scene, pygame.Surface] | None]] | None = None
        self._taken = 0  # How many pictures have been made.
        self._told: tuple[object, tuple[Card, ...]] | None = None  # The last cards, and what they went by.

    @property
    def busy(self) -> bool:
        """Whether one is being made."""
        return self._work is not None

    def cards(self, session: Session) -> tuple[Card, ...]:
        """What the sheet of scenes tells of each, as far as it is there; nothing while that is not open."""
        return self._cards(session) if session.picking is not None else ()

    def _cards(self, session: Session) -> tuple[Card, ...]:
        """What is told of each scene; asked for with every frame."""
        asked = session.theme, session.language, session.brought, session.captions, session.judged, self._taken
        if self._told is None or self._told[0] != asked:
            self._told = asked, tuple(self._card(key, session) for key in self._keys(session))
        return self._told[1]

    def _card(self, key: Key, session: Session) -> Card:
        scene = self._scene(key.scene)
        if scene is None:
            return Card(str(key.scene))
        texts = scene.texts(session.language)
        picture = self._pictures.find(key)
        if picture is None and not key.asks:  # It has just been answered.
            picture = self._pictures.find(key._replace(asks=True))
        return Card(texts.title, texts.question if key.asks else texts.look, picture)

    def _keys(self, session: Session) -> list[Key]:
        """What pictures are wanted: of each scene one."""
        each: tuple[str | Scene, ...] = (*scene_files(), *session.brought)
        return [Key(scene, session.theme, self._asks(scene, session)) for scene in each]

    def _asks(self, named: str | Scene, session: Session) -> bool:
        """Whether a scene's question is still to be answered: what is seen there is the answer."""
        scene = self._scene(named)
        asks = scene is not None and scene.question is not None and session.captions
        return scene is not None and asks and not is_judged(replace(session, scene=scene))

    def _scene(self, named: str | Scene) -> Scene | None:
        """A scene, as far as it can be read."""
        return self._read(named) if isinstance(named, str) else named

    def _read(self, name: str) -> Scene | None:
        """A scene that comes with the program, for its words: that takes a thousandth of its picture's time."""
        if name not in self._scenes:
            with suppress(SceneError):
                self._scenes[name] = load_scene(name)
        return self._scenes.setdefault(name, None)

    def go_on(self, session: Session) -> Message | None:
        """Take what is done, and begin the next, if the sheet is open; what there is to say of one that failed."""
        why = self._take()
        if session.picking is None:
            self._unwanted.set()
        elif self._work is None:
            wanted = (key for key in self._keys(session) if key not in self._failed)
            key = next((key for key in wanted if self._pictures.find(key) is None), None)
            if key is not None:
                self._unwanted = Event()
                self._work = key, self._thread.submit(_made, key, self._unwanted)
        return Notify(say(session.language, "The picture of a scene cannot be made: {why}", why=why)) if why else None

    def _take(self) -> str:
        """Take what is done; says what has gone wrong, if something has."""
        if self._work is None or not self._work[1].done():
            return ""
        (key, work), self._work = self._work, None
        if (error := work.exception()) is not None:
            self._failed.add(key)
            return failure(error)
        found = work.result()
        if found is None:
            if not self._unwanted.is_set():
                self._failed.add(key)
            return ""
        scene, picture = found
        if isinstance(key.scene, str):
            self._scenes[key.scene] = scene
        self._pictures.keep(key, picture)
        self._taken += 1
        return ""

    def close(self) -> None:
        """Let it be, and wait until the thread has ended."""
        self._unwanted.set()
        self._thread.shutdown()


def _made(key: Key, unwanted: Event) -> tuple[Scene, pygame.Surface] | None:
    """A scene and its picture; None if its file has gone or changed since the program began, or it was given up."""
    with taking_turns(), cancel_when(unwanted.is_set):
        try:
            scene = load_scene(key.scene) if isinstance(key.scene, str) else key.scene
            return scene, small_picture(scene, key.theme, PICTURE, key.asks)
        except (SceneError, Cancelled):
            return None
