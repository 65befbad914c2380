"""How what lies over the maps answers the mouse and the keys: the sheet of scenes, the sheet of numbers, the panels.

All of it follows from the session and the size in pixels of the picture that is drawn.
"""

from dataclasses import dataclass

import pygame

from ...drawing.camera import FLAT
from ...picture.around.caption import offered
from ...picture.panel.ends import end_deed
from ...picture.setting import setting
from ...session.bindings import Deed
from ...session.lanes import NextLane
from ...session.odds import ChooseSheet
from ...session.playback import GoToEnd, Step
from ...session.scenes import Choose, Pick
from ...session.session import Message, Session
from ...session.setup import Guess, SkipQuestion
from ...session.tour import asked
from ...sheets.scenes import Cards, cards_of
from ...sheets.sheets import lane_offered, sheet_layout, tab_at
from .. import display

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a layer makes of an event of the mouse."""

    messages: tuple[Message, ...] = ()
    covers: bool = False
    """Whether what lies below need not hear of it."""


def presses(event: pygame.Event) -> bool:
    """Whether the left button has gone down: the wheel comes as buttons, too."""
    return bool(event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT)


def cards(session: Session, size: Size) -> Cards:
    """Where the cards of the scenes stand."""
    return cards_of(setting(session, size).places, session)


def answer_of_scenes(session: Session, event: pygame.Event, size: Size) -> Answer:
    """How the sheet of scenes answers an event: the mouse marks a card, and a click chooses it."""
    if session.picking is None:
        return Answer()
    here, pixel = cards(session, size), display.on_canvas(event.pos)
    place, messages = here.at(pixel), list[Message]()
    if place is not None and place != session.picking:
        messages.append(Pick(place))
    if place is not None and presses(event):
        messages.append(Choose())
    return Answer(tuple(messages), here.whole.collidepoint(pixel))


def answer_of_sheet(session: Session, event: pygame.Event, size: Size) -> Answer:
    """How the sheet over the maps answers an event: a click on a tab turns to it."""
    if not session.sheet:
        return Answer()
    here, pixel = setting(session, size), display.on_canvas(event.pos)
    name = tab_at(here.places, here.theme, pixel) if presses(event) else None
    covers = sheet_layout(here.places, here.theme).whole.collidepoint(pixel)
    return Answer(() if name is None else (ChooseSheet(name),), covers)


def answer_of_hidden(session: Session, event: pygame.Event, size: Size) -> Answer:
    """How a sheet that hides its answer takes an event: a click on a lane's button guesses that lane."""
    if not session.sheet or not presses(event):
        return Answer()
    lane = _offered_on_sheet(session, display.on_canvas(event.pos), size)
    return Answer() if lane is None else Answer((Guess(lane),), True)


def _offered_on_sheet(session: Session, pixel: tuple[int, int], size: Size) -> int | None:
    """The lane whose button on the sheet is at that pixel of the picture."""
    here = setting(session, size)
    return lane_offered(here.places, here.theme, session, pixel)


def guessed(session: Session, event: pygame.Event, size: Size) -> Guess | None:
    """What a click on a lane's panel answers the scene's question."""
    if not presses(event):
        return None
    lane = _guessed_at(session, display.on_canvas(event.pos), size)
    return None if lane is None else Guess(lane)


def _guessed_at(session: Session, pixel: tuple[int, int], size: Size) -> int | None:
    """The lane that a click at that pixel of the picture would guess."""
    return offered(session, setting(session, size).places, pixel)


def invites(session: Session, pixel: tuple[int, int] | None, size: Size) -> bool:
    """Whether a click at that pixel of the picture guesses a lane, or shows a race that ends as a bar says."""
    if pixel is None or session.help:
        return False
    if session.sheet:
        return session.picking is None and _offered_on_sheet(session, pixel, size) is not None
    places = setting(session, size).places
    over_bar = any(panel.ends.collidepoint(pixel) for panel in places.panels)
    return _guessed_at(session, pixel, size) is not None or (over_bar and end_deed(session, places, pixel) is not None)


def among_scenes(deed: Deed, session: Session, size: Size) -> Deed:
    """What a key means while the sheet of scenes is open: arrows go about on it, Enter chooses.

    Where another sheet hides the answer to the question of a step, Enter goes to the end, which tells it.
    """
    marked = session.picking
    if session.help:
        return deed
    if marked is None:
        return GoToEnd() if deed == SkipQuestion() and session.sheet and asked(session) else deed
    match deed:
        case Step(updates=way):
            return Pick(marked + (1 if way > 0 else -1))
        case NextLane(places=way):
            return Pick(marked + way * cards(session, size).columns)
        case SkipQuestion():
            return Choose()
    return deed


def lie_alike(shown: Session, meant: Session, size: Size) -> bool:
    """Whether the maps of the session that is to be seen lie where those of another will, and show the same."""
    seen, asked = setting(shown, size), setting(meant, size)
    if seen.places != asked.places or seen.outlook != asked.outlook:
        return False
    # Where a pixel of land lies, seen aslant, depends on the loss, which may still have to be looked into.
    return asked.pose == FLAT or shown.scene.problem() is meant.scene.problem()
