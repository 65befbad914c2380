"""How a picture or film is to look: what the window has keys for, as one value."""

from dataclasses import dataclass, replace

from ...languages import ENGLISH
from ..session.session import Session

VIEW_WORDS = {
    "profile": "the loss along the line from the start to the lowest minimum",
    "numbers": "all the live numbers of each lane",
}
"""What can be shown beside the views over the maps."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture shows beyond what its scene wants."""

    views: tuple[str, ...] = ()
    """Names of views over the maps, or of VIEW_WORDS, that are shown besides the usual ones."""
    language: str = ENGLISH
    presenter: bool = False
    """Whether type and strokes are bigger, as for a projector."""

    def applied(self, session: Session) -> Session:
        """The session, looked at so."""
        return replace(
            session,
            views=session.views | {name for name in self.views if name not in VIEW_WORDS},
            profile=session.profile or "profile" in self.views,
            numbers=session.numbers or "numbers" in self.views,
            language=self.language,
            presenter=self.presenter,
        )


USUAL_LOOK = Look()
