"""What pictures and films of the window show."""

from dataclasses import replace

from ...session.odds import counted_for, withheld
from ...session.session import Session


def as_exported(session: Session) -> Session:
    """The session as a picture or film of it shows it: its race as it is looked at, no more told than at the window.

    Nothing tells of whoever sits there.
    """
    return replace(
        session,
        live=False,
        ends=session.ends and not withheld(session),
        tally=counted_for(session),
        notice="",
        asking=False,
        guess=None,
        guessed=None,
        judged=(),
        pointer=None,
        rests=True,
        chosen=False,
        former=None,
        tuning=None,
        controls=False,
        leaf=False,
        help=False,
        tour=None,
    )
