"""What there is to say of what has just happened in the window, beside what messages themselves say."""

from functools import partial

from ...scene import Scene
from ..session.bindings import keys_of
from ..session.names import BOXES, unseen
from ..session.session import Session
from ..session.tour import GoBack
from ..session.view import Notify, RideAlong
from ..style.theme import say


def told_of_left(session: Session, left: Session) -> Notify:
    """What was changed by hand has been left: that it is kept, and how to come back to it."""
    title, language = left.scene.texts(left.language).title, session.language
    key = keys_of(partial(say, language), GoBack())
    return _added(
        session, say(language, "{title} is kept as you changed it: {key} goes back there.", title=title, key=key)
    )


def told_of_ride(session: Session) -> Notify:
    """A marble is ridden along with: whose, and how to come back."""
    language = session.language
    name, key = session.scene.texts(language).lanes[session.lane], keys_of(partial(say, language), RideAlong())
    return Notify(say(language, "The maps follow {name} from close by; {key}: back", name=name, key=key))


class Boxes:
    """Knows of which names it has been said that they cannot be shown: no type at hand has their characters."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._read: tuple[Scene, str] | None = None  # The scene and language last looked through for such names.

    def told(self, session: Session) -> Notify | None:
        """What there is to say of those that a session shows for the first time: they stand there as boxes."""
        scene, language = session.scene, session.language
        if self._read is not None and self._read[0] is scene and self._read[1] == language:
            return None
        self._read = scene, language
        lacking = [(name, what) for name, what in unseen(scene, language) if name not in self._told]
        self._told |= {name for name, _ in lacking}
        if not lacking:
            return None
        return _added(session, *(say(language, BOXES, characters=what, name=name) for name, what in lacking))


def _added(session: Session, *sentences: str) -> Notify:
    """These, after what is being said already."""
    return Notify(" ".join([session.notice, *sentences]).lstrip())
