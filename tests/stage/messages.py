"""Messages to a session, which need no window."""

from sim.stage.session.session import Message, Session, update


def after(session: Session, *messages: Message) -> Session:
    """What they make of it, one after the other."""
    for message in messages:
        session = update(session, message)
    return session
