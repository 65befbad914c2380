"""What is said while a race runs, in words: captions when something has happened, and a question before it begins."""

from ...descent.clock import Timing
from ...descent.race import Race
from ...scene.lesson import HOLD, answer, as_written, caption, end_of, revealed_at, same_race
from ..drawing.canvas import Canvas
from ..drawing.glyphs import draw_badge
from ..drawing.layout import Layout
from ..session.bindings import sign_of
from ..session.session import Session, changed
from ..session.setup import SkipQuestion
from ..style.color import mix
from ..style.theme import Theme
from ..style.wrapping import wrapped
from .help import label_of

CHANGED = "Changed by hand: what the scene was made to show need not be seen."


def reveal(session: Session, race: Race, timing: Timing, tick: int, theme: Theme) -> str:
    """What became of the guess, for as long as a caption stands, or at the end; empty without a guess."""
    scene = session.scene
    revealed = revealed_at(scene, race, timing, tick)
    if session.guess is None or session.guess >= len(scene.lanes) or revealed is None:
        return ""
    if tick - revealed >= HOLD and revealed < end_of(scene, timing):
        return ""
    names = scene.texts(theme.language).lanes
    lanes = answer(scene, race, timing, tick)
    guess = names[session.guess]
    if not lanes:
        return theme.say("You guessed {guess}; it was none of them.", guess=guess)
    *first, last = (names[lane] for lane in lanes)
    found = last
    if first:
        found = theme.say("{names} and {last}", names=theme.say(", ").join(first), last=last)
    if session.guess in lanes:
        return theme.say("You guessed {guess}, and you are right: it was {answer}.", guess=guess, answer=found)
    return theme.say("You guessed {guess}; it was {answer}.", guess=guess, answer=found)


def said_now(session: Session, race: Race, timing: Timing, tick: int, theme: Theme) -> tuple[str, int | None]:
    """What is said at the tick, and the lane that it is about; nothing where nothing is to be said."""
    scene = session.scene
    texts = scene.texts(theme.language)
    if session.waiting:
        key = label_of(sign_of(SkipQuestion()), theme)
        choose = theme.say("Click a panel to guess, or press {key} to watch.", key=key)
        return theme.say("{first} {second}", first=texts.question, second=choose), None
    if not session.captions:
        return "", None
    index = caption(scene, race, timing, tick, particular=_is_as_written(session))
    about = None if index is None else scene.captions[index].lane
    lane = next((number for number, each in enumerate(scene.lanes) if each.name == about), None)
    words = "" if index is None else texts.captions[index]
    outcome = reveal(session, race, timing, tick, theme)
    if outcome and words:
        return theme.say("{first} {second}", first=outcome, second=words), None
    return outcome or words, None if outcome else lane


def _is_as_written(session: Session) -> bool:
    """Whether the race is the one that the scene's captions were written for, as far as is known."""
    return as_written(session.scene) and (session.origin is None or same_race(session.scene, session.origin))


def draw_caption(canvas: Canvas, places: Layout, theme: Theme, session: Session, race: Race, tick: int) -> None:
    """Draw what is said now where the scene's own sentence stands, or else that one."""
    place, em = places.look, places.em
    words, lane = said_now(session, race, session.scene.timing(session.clock), tick, theme)
    canvas.rect(place, theme.background)
    line = place.height // places.look_lines
    left = place.left
    if words and lane is not None:
        center = (left + 0.6 * em, place.top + line / 2)
        draw_badge(canvas, center, 0.42 * em, lane, theme.lane(lane))
        left += round(1.4 * em)
    color = theme.muted
    if words:
        color = theme.text if lane is None else mix(theme.lane(lane), theme.text, 0.5)
    shown = words or (theme.say(CHANGED) if changed(session) else session.scene.texts(theme.language).look)
    lines = wrapped(shown, em, place.right - left, places.look_lines, bool(words))
    for number, part in enumerate(lines):
        y = place.top + (number + 0.5) * line
        canvas.text(part, (left, y), em, color, bold=bool(words))
