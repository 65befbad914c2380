"""What pictures and films of the window show."""

from dataclasses import replace

from ...session.odds import counted_for, withheld
from ...session.session import Session, in_a_file


def as_kept(session: Session) -> Session:
    """The session as a picture or film shows it that is kept: of its race no more is told than at the window."""
    return replace(in_a_file(session), ends=session.ends and not withheld(session), tally=counted_for(session))
