"""The tally of a session on its way to the sheet: counted by other processes, and drawn a piece a frame."""

from collections.abc import Iterator

from ....study.odds.tally import Tally
from ...picture.setting import setting
from ...session.odds import computing, counted_for
from ...session.session import Message, Session
from ...sheets.sheets import pieces, sheet_layout
from .seed_counter import SeedCounter


class OddsSheet:
    """Has the tally of a session counted while a sheet shows it, and made ready to be shown."""

    def __init__(self) -> None:
        self.counter: SeedCounter | None = None
        """Who counts, if anybody does."""
        self.shown: Tally | None = None
        """What the sheet shows: the last that has been made ready."""
        self._making: tuple[Tally, Iterator[None]] | None = None  # What makes the next one ready.

    def go_on(self, session: Session, waiting: bool) -> list[Message]:
        """Have counted what the session wants to know; what has been found since the last call.

        waiting: whether the window waits for something else, so that nothing is counted.
        """
        tally = None if waiting else computing(session)
        if self.counter is not None and (tally is None or self.counter.scene != tally.scene):
            self.counter.stop()
            self.counter = None
        if tally is not None and self.counter is None:
            self.counter = SeedCounter(tally)
        return [] if self.counter is None else self.counter.messages()

    def make_ready(self, session: Session, size: tuple[int, int]) -> None:
        """Draw what the sheet is to show next, a piece a frame: all at once takes longer than a frame may.

        size: that of the picture, in pixels.
        """
        told = counted_for(session)
        if not session.sheet or told is None:
            self.shown = self._making = None
            return
        if self._making is None and self.shown is not told and (self.counter is None or self.counter.ready):
            here = setting(session, size)
            body = sheet_layout(here.places, here.theme).body
            self._making = told, pieces(session.sheet, told, here.theme, here.places.em, body.size)
        if self._making is not None:
            tally, steps = self._making
            if next(steps, self) is self:  # Nothing is left to do.
                self.shown, self._making = tally, None

    def lasts(self, session: Session) -> bool:
        """Whether the tally grows, or has to be made ready."""
        return computing(session) is not None or (bool(session.sheet) and self.shown is not counted_for(session))

    def close(self) -> None:
        """Leave no process behind."""
        if self.counter is not None:
            self.counter.close()
