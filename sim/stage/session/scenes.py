"""Messages about the sheet of all scenes, in pictures: it opens, one of them is marked, one is chosen."""

from dataclasses import dataclass, replace

from ...scene import Scene, scene_files
from .playback import Restart
from .session import Message, Session, as_it_wants, ask
from .setup import OpenScene, opened

MOST_BROUGHT = 9
"""As many scenes from elsewhere are offered again, the last ones."""


def count(session: Session) -> int:
    """How many scenes there are to choose from."""
    return len(scene_files()) + len(session.brought)


def brought_along(session: Session, scene: Scene) -> tuple[Scene, ...]:
    """The scenes from elsewhere, with this one as the last, unless it comes with the program."""
    if scene.name in scene_files():
        return session.brought
    return (*(other for other in session.brought if other.name != scene.name), scene)[-MOST_BROUGHT:]


@dataclass(frozen=True, slots=True)
class ShowScenes(Message):
    """Lay the sheet over the maps, the scene that is shown marked on it, or put it away."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        if session.picking is not None:
            return replace(session, picking=None)
        names = [*scene_files(), *(scene.name for scene in session.brought)]
        here = names.index(session.scene.name) if session.scene.name in names else 0
        return replace(session, picking=here, pointer=None, notice="")


@dataclass(frozen=True, slots=True)
class Pick(Message):
    """Mark one of the scenes, by its place."""

    clears_notice = False

    place: int

    def apply(self, session: Session) -> Session:
        if session.picking is None:
            return session
        return replace(session, picking=min(max(self.place, 0), count(session) - 1))


@dataclass(frozen=True, slots=True)
class Choose(Message):
    """Open the scene that is marked, and put the sheet away."""

    def apply(self, session: Session) -> Session:
        if session.picking is None:
            return session
        shipped, there = len(scene_files()), replace(session, picking=None)
        message: Message = OpenScene(session.picking)
        if session.picking >= shipped:
            message = OpenBrought(session.picking - shipped)
        return message.apply(there)


@dataclass(frozen=True, slots=True)
class OpenBrought(Message):
    """Play a scene from elsewhere again, by its place among them."""

    index: int

    def apply(self, session: Session) -> Session:
        return ask(Restart().apply(as_it_wants(opened(session, session.brought[self.index]))))
