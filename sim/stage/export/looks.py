"""How a picture or film is to look: what the window has keys for, as one value."""

from dataclasses import dataclass, replace

from ...base.languages import ENGLISH
from ...study.odds.tally import own
from ..session.session import Session
from ..views import ViewName


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture shows beyond what its scene wants."""

    views: frozenset[ViewName] | None = None
    """Which views are drawn over the maps; None for the usual ones, and those that the scene wants."""
    added: frozenset[ViewName] = frozenset()
    """Views that are drawn besides."""
    profile: bool = False
    """Whether the loss along the line from the start to the lowest minimum is shown."""
    numbers: bool = False
    """Whether all the live numbers of each lane are shown."""
    ends: bool = False
    """Whether a bar under each map shows where the lane's marbles end over many seeds, which takes a while to count."""
    language: str = ENGLISH
    presenter: bool = False
    """Whether type and strokes are bigger, as for a projector."""

    def applied(self, session: Session) -> Session:
        """The session, looked at so."""
        return replace(
            session,
            views=(session.views if self.views is None else self.views) | self.added,
            profile=session.profile or self.profile,
            numbers=session.numbers or self.numbers,
            ends=self.ends,
            tally=own(session.counted) if self.ends else None,
            language=self.language,
            presenter=self.presenter,
        )


USUAL_LOOK = Look()
