"""What pictures and films of the window show."""

from dataclasses import replace

from ...session.odds import counted_for, withheld
from ...session.session import OF_THE_HAND, Session, taken_over


def as_kept(session: Session) -> Session:
    """The session as a picture or film of it shows it: its race as it is looked at, no more told than at the window."""
    alone = taken_over(session, Session(session.scene), OF_THE_HAND)
    return replace(alone, live=False, ends=session.ends and not withheld(session), tally=counted_for(session))
