"""The line below all: buttons, how the race is played, and a notice or the keys that one needs first."""

from functools import lru_cache

from pygame import Rect

from ....descent.clock import UPDATES
from ... import TITLE
from ...drawing.canvas import Canvas
from ...drawing.layout import Layout
from ...drawing.replay import draw_unless_there
from ...session.bindings import Deed, keys_of
from ...session.playback import Play, Restart, Step
from ...session.session import SPEEDS
from ...session.setup import NewSeed
from ...session.tour import Lead
from ...session.view import ShowControls, ShowHelp
from ...sheets.scenes import keys_here
from ...style import text
from ...style.color import Color
from ...style.theme import Theme, load_theme
from ...style.wrapping import wrapped
from ..snapshot import Snapshot
from .caption import score
from .transport import draw_knobs, knobs

CLOCK_NAMES = {
    UPDATES: "updates",
    "epochs": "epochs",
    "serial": "serial machine time",
    "parallel": "parallel machine time",
}
SMALLER, LEADING, TALL = 0.8, 1.25, 1.45
"""Type of a notice that one line cannot hold, in ems, how far two lines are apart if there is room, in its own height,
and how tall a line is with all that letters have above and below."""
HINTS: tuple[tuple[str, tuple[Deed, ...]], ...] = (
    ("play", (Play(),)),
    ("step", (Step(-1), Step(1))),
    ("restart", (Restart(),)),
    ("new seed", (NewSeed(),)),
    ("scene", (Lead(-1), Lead(1))),
    ("controls", (ShowControls(),)),
    ("help", (ShowHelp(),)),
)
"""What the line below the maps names the keys of, as far as there is room."""


def status(snapshot: Snapshot, brief: bool = False, paced: bool = True) -> str:
    """How the race is being played, in one line; where there is little room, without the name of the clock, or without
    how many updates there are in a second.
    """
    session = snapshot.session
    theme = load_theme(session.theme, session.language)
    here = {"update": theme.count(snapshot.tick), "horizon": theme.count(session.horizon)}
    place = theme.say("update {update} of {horizon}", **here)
    if session.clock != UPDATES and brief:  # The other lanes have made fewer.
        place = theme.say("fastest lane's update {update} of {horizon}", **here)
    elif session.clock != UPDATES:
        clock = theme.say(CLOCK_NAMES[session.clock])
        place = theme.say("fastest lane's update {update} of {horizon} by {clock}", clock=clock, **here)
    if snapshot.tick != session.tick:
        return theme.say("computing … {place}", place=place)
    seed = theme.say("seed {seed}", seed=session.scene.seed)
    parts = [place, *_swarm_status(snapshot, theme), seed]
    if session.live and paced:
        parts.insert(-1, theme.say("{speed} a second", speed=f"{SPEEDS[session.speed]:g}"))
    return " · ".join(parts)


def _swarm_status(snapshot: Snapshot, theme: Theme) -> list[str]:
    """How large the swarm is, if there is one."""
    if snapshot.glimpse is None:
        return []
    return [theme.say("{count} marbles a lane", count=f"{snapshot.glimpse.clouds[0].size:,}")]


@lru_cache(maxsize=16)  # Asked for with every picture.
def hints(theme: Theme, em: int, room: int, guided: bool = False) -> str:
    """The keys that one needs first, as many as there is room for: that of the help stays to the last.

    guided: whether there is a tour, through whose steps those lead that else go from scene to scene.
    """
    named = {"scene": theme.say("step of the tour")} if guided else {}
    told = [f"{keys_of(theme.say, *deeds)} {named.get(words) or theme.say(words)}" for words, deeds in HINTS]
    forms = (" · ".join([*told[:count], told[-1]]) for count in range(len(told) - 1, -1, -1))
    return text.suited(forms, [em], room)[0]


def _draw_long(canvas: Canvas, notice: str, place: Rect, room: int, size: int, color: Color) -> None:
    """A notice that one line cannot hold, in two of smaller type."""
    lines = wrapped(notice, size, room, 2)
    apart = min(LEADING * size, place.height - TALL * size)
    for number, line in enumerate(lines):
        up = (number - 0.5 * (len(lines) - 1)) * apart
        canvas.text(line, (place.right, place.centery + up), size, color, align=1)


def _told(snapshot: Snapshot, em: int, room: int) -> tuple[str, int]:
    """How the race is being played, as much of it as there is room for, and the height of its type.

    No word is cut: type is smaller before the seed makes way, and how far the race has come stays to the last.
    """
    fullest, brief = (status(snapshot, brief=each) for each in (False, True))
    unpaced, small = status(snapshot, brief=True, paced=False), round(SMALLER * em)
    ways = ((fullest, em), (brief, em), (unpaced, em), (unpaced, small), (unpaced.partition(" · ")[0], em))
    fitting = ((words, size) for words, size in ways if text.width(words, size) <= room)
    return next(fitting, (text.fitted(unpaced, small, room), small))


def draw_footer(canvas: Canvas, places: Layout, theme: Theme, snapshot: Snapshot) -> None:
    """Draw the line."""
    place, em = places.footer, places.em
    buttons = knobs(places, snapshot.session, theme)
    left = buttons[-1].place.right + em if buttons else place.left

    def draw_buttons() -> None:
        canvas.rect((place.left, place.top, left - place.left, place.height), theme.background)
        draw_knobs(canvas, buttons, theme, em)

    draw_unless_there(canvas, "buttons", (buttons, theme, em), draw_buttons)
    canvas.rect((left, place.top, place.right - left, place.height), theme.background)
    notice, live = snapshot.session.notice, snapshot.session.live
    picking = live and snapshot.session.picking is not None
    beside, wide = text.width(notice, em) + 2 * em if notice else 0, place.right - left
    told, size = ("", em) if picking else _told(snapshot, em, wide - beside)
    if notice and (told.endswith("…") or size < em):
        told, size = "", em  # What has just been done goes first.
    both = " · ".join(filter(None, (told, score(snapshot.session, theme))))
    if text.width(both, size) + 8 * em < wide:
        told = both
    end = canvas.text(told, (left, place.centery), size, theme.text)
    room = place.right - end - 2 * em
    if notice and text.width(notice, em) > room:
        _draw_long(canvas, notice, place, room, round(SMALLER * em), theme.text)
        return
    if notice or picking:
        line = text.fitted(notice or keys_here(theme), em, room)
    else:
        guided = snapshot.session.tour is not None
        line = hints(theme, em, room, guided) if live else text.fitted(TITLE, em, room)
    canvas.text(line, place.midright, em, theme.text if notice else theme.muted, align=1)
