"""Larger and smaller type and strokes, as far as the window has room for them: that depends on all that is laid out."""

from collections.abc import Callable
from functools import partial

from ..picture.setting import type_at
from ..session.session import Session
from ..session.view import Enlarged, Notify
from ..style.theme import say

LARGER = (0.5, 4.0)
"""The smallest and the largest that type and strokes are, over the usual size."""
ENLARGED = 1.1
"""How much a step enlarges them."""

Height = Callable[[float], float]
"""How high type becomes where it is asked to be so many times the usual size: less than that where room ends."""


def enlarged(session: Session, size: tuple[int, int], steps: int) -> Enlarged:
    """Type and strokes so many steps larger, or smaller, in a picture of that size, whatever they are on; 0 for the
    usual size. Where nothing more would change them, it is said.
    """
    height = partial(type_at, session=session, size=size)
    larger = stepped(session.larger, steps, height)
    share, language = _percent(height, larger), session.language
    if not steps or larger != stepped(larger, steps, height):
        return Enlarged(say(language, "type and strokes at {share} %", share=share), larger)
    if steps > 0:
        return Enlarged(_no_room(language, share), larger)
    return Enlarged(say(language, "type and strokes at {share} %: they become no smaller", share=share), larger)


def lack_of_room(session: Session, size: tuple[int, int]) -> Notify | None:
    """How large type and strokes are, if they are smaller than is asked for: there is no room for more."""
    height = partial(type_at, session=session, size=size)
    if height(session.larger) >= int(session.larger * height(1.0)):
        return None
    return Notify(_no_room(session.language, _percent(height, session.larger)))


def stepped(larger: float, steps: int, height: Height) -> float:
    """How many times the usual size is asked for after so many steps, of which each is seen; 0 steps lead back to it.

    A step that would change nothing is left out.
    """
    if not steps:
        return 1.0
    for _ in range(abs(steps)):
        larger = _next(larger, 1 if steps > 0 else -1, height)
    return larger


def _next(larger: float, way: int, height: Height) -> float:
    """The next step up (1) or down (-1) that changes the height; the same where none does."""
    before, end = height(larger), LARGER[way > 0]
    if (height(end) - before) * way <= 0:
        return larger
    there = larger
    while (height(there) - before) * way <= 0:
        there = min(max(there * ENLARGED**way, LARGER[0]), LARGER[1])
        if abs(there - 1) < 0.02:  # Steps up and down meet at the usual size.
            there = 1.0
    return there


def _percent(height: Height, larger: float) -> str:
    """How high type is where so many times the usual size is asked for, in per cent of the usual height."""
    return f"{100 * height(larger) / height(1.0):.0f}"


def _no_room(language: str, share: str) -> str:
    return say(language, "type and strokes at {share} %: there is no room for larger ones", share=share)
