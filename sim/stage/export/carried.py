"""What files carry of a session: its scene as a text, which can be opened again."""

from ...descent.digest import digest
from ...scene.carriers import sealed
from ...scene.reading import Saved
from ..picture.races import race
from ..session.session import Session, as_it_is_seen
from ..style.theme import say


def scene_of(session: Session) -> str:
    """The scene of this session as a text: as changed by hand, with the moment, and what the race was like up to it."""
    from ...scene.saving import saved_text  # noqa: PLC0415  Not needed to show the first frame.

    told = digest(race(session.scene), session.tick)
    return saved_text(Saved(as_it_is_seen(session), session.tick, session.clock, told))


def unwritable(session: Session) -> str:
    """Why no file can hold the scene of this session; nothing where one can."""
    from ...scene.writing import outsiders  # noqa: PLC0415  Nor is this.

    places = ", ".join(outsiders(session.scene))
    return say(session.language, "no file can name {places}", places=places) if places else ""


def carried_by(session: Session) -> str:
    """The scene of this session as the text that its pictures and films carry; nothing where no file can hold it."""
    return "" if unwritable(session) else sealed(scene_of(session))
