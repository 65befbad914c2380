"""What is said while a race runs, in words: captions when something has happened, and a question before it begins."""

from collections.abc import Sequence
from functools import lru_cache

import pygame

from ....base.limits import THEMES
from ....descent.clock import Timing
from ....descent.race import Race
from ....scene import Scene
from ....scene.lesson import HOLD, answer, as_written, caption, end_of, revealed_at, same_race
from ....scene.value import Texts
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_badge
from ...drawing.layout import Layout, usual_type
from ...drawing.replay import draw_unless_there
from ...session.bindings import keys_of
from ...session.odds import untold
from ...session.problem import OWN_SURFACE
from ...session.session import Session, changed
from ...session.setup import SkipQuestion, is_right
from ...style import text
from ...style.color import mix, readable
from ...style.style import hairline
from ...style.theme import Theme, load_theme
from ...style.wrapping import complete, wrapped

BADGE = 0.85  # Height of the type that marks a panel as guessed, in ems.
RIM = 1.45  # Height of the badge that marks a panel as guessed, in heights of that type.
OUTLINE = 2.0  # Width of the line around a panel that can be clicked, in strokes.
BADGED = 1.4  # Room for the badge of a lane before a caption of it, in ems.
MEASURED = (12, 15, 29)  # Heights of type in which it is measured how long sentences are.
ROUNDED = 1.01  # How much longer they may be in others, by rounding.
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
    return _outcome(guess, [names[lane] for lane in lanes], theme)


def _outcome(guess: str, answers: Sequence[str], theme: Theme) -> str:
    """What became of a guess, by the names of the lane that was guessed and of those that it was."""
    if not answers:
        return theme.say("You guessed {guess}; it was none of them.", guess=guess)
    *first, last = answers
    found = last
    if first:
        found = theme.say("{names} and {last}", names=theme.say(", ").join(first), last=last)
    if guess in answers:
        return theme.say("You guessed {guess}, and you are right: it was {answer}.", guess=guess, answer=found)
    return theme.say("You guessed {guess}; it was {answer}.", guess=guess, answer=found)


def said_now(session: Session, race: Race, timing: Timing, tick: int, theme: Theme) -> tuple[str, int | None]:
    """What is said at the tick, and the lane that it is about; nothing where nothing is to be said."""
    scene = session.scene
    texts = scene.texts(theme.language)
    if session.sheet:  # What it tells of is covered; how to guess stands there.
        return (texts.question if session.waiting else ""), None
    if session.waiting:
        return _put(texts, theme), None
    if not session.captions or tick < session.tick:  # While a later moment is still computed, all before passes by.
        return "", None
    index = caption(scene, race, timing, tick, particular=_is_as_written(session))
    about = None if index is None else scene.captions[index].lane
    lane = next((number for number, each in enumerate(scene.lanes) if each.name == about), None)
    words = "" if index is None else texts.captions[index]
    outcome = reveal(session, race, timing, tick, theme)
    if outcome and words:
        return theme.say("{first} {second}", first=outcome, second=words), None
    return outcome or words, None if outcome else lane


def _put(texts: Texts, theme: Theme) -> str:
    """A scene's question, and how to guess."""
    choose = theme.say("Click a panel to guess, or press {key} to watch.", key=keys_of(theme.say, SkipQuestion()))
    return theme.say("{first} {second}", first=texts.question, second=choose)


@lru_cache(maxsize=16)
def longest_said(scene: Scene, language: str) -> float:
    """Width in ems of the longest of what may be said over a race, as it is expected to go: with any seed, and whatever
    is guessed.
    """
    theme, texts = load_theme(THEMES[0], language), scene.texts(language)
    badges = [0.0 if caption.lane is None else BADGED for caption in scene.captions]
    strong = list(zip(texts.captions, badges, strict=True))
    if scene.question is not None:
        names = zip(scene.lanes, texts.lanes, strict=True)
        answers = [name for lane, name in names if lane.name in scene.question.answer]
        told = [_outcome(guess, answers, theme) for guess in texts.lanes]
        said = [(outcome, words) for outcome in told for words in texts.captions]
        both = [theme.say("{first} {second}", first=first, second=second) for first, second in said]
        strong += [(words, 0.0) for words in (_put(texts, theme), *told, *both)]
    wide = [_width(words, True) + badge for words, badge in strong]
    return ROUNDED * max(*wide, _width(texts.look, False), _width(theme.say(CHANGED), False))


def _width(words: str, bold: bool) -> float:
    """Width of words in ems: in small type whole pixels make it a little larger."""
    return max(text.width(words, size, bold) / size for size in MEASURED)


def _is_as_written(session: Session) -> bool:
    """Whether the race is the one that the scene's captions were written for, as far as is known."""
    return as_written(session.scene) and (session.origin is None or same_race(session.scene, session.origin.scene))


def offered(session: Session, places: Layout, pixel: tuple[int, int] | None) -> int | None:
    """The lane whose panel, at that pixel, a click would guess; None where there is nothing to guess."""
    if pixel is None or not session.waiting or session.help or session.sheet:
        return None
    return next((lane for lane, panel in enumerate(places.panels) if panel.frame.collidepoint(pixel)), None)


def draw_offered(canvas: Canvas, places: Layout, theme: Theme, session: Session) -> None:
    """A quiet line around the panel under the pointer that waits for a click."""
    lane = offered(session, places, session.pointer)
    if lane is not None:
        width = max(2, round(OUTLINE * places.stroke))
        canvas.rect(places.panels[lane].frame, theme.lane(lane), width=width, corner=places.em // 2)


def badge(session: Session, race: Race, tick: int) -> tuple[int, bool | None] | None:
    """The lane that was guessed, and whether that is right as far as is known at the tick; None without a guess."""
    guess, scene = session.guess, session.scene
    if guess is None or guess >= len(scene.lanes) or session.sheet:
        return None
    return guess, is_right(scene, race, scene.timing(session.clock), tick, guess)


def draw_guess(canvas: Canvas, places: Layout, theme: Theme, marked: tuple[int, bool | None] | None) -> None:
    """Mark a panel as guessed, on the lower edge of its frame: where nothing stands, and nothing moves. It keeps off a
    panel below, or it would seem to belong to that.
    """
    if marked is None:
        return
    lane, right = marked
    if right is None:
        words = theme.say("your guess")
    else:
        words = theme.say("your guess: right") if right else theme.say("your guess: not this one")
    em, frame, color = places.em, places.panels[lane].frame, theme.lane(lane)
    size = round(BADGE * em)
    place = pygame.Rect(0, 0, min(frame.width, text.width(words, size, bold=True) + round(1.2 * em)), round(RIM * size))
    place.midtop = frame.centerx, frame.bottom - round(0.45 * em)
    below = [panel.frame.top for panel in places.panels if panel.frame.top >= frame.bottom]
    place.bottom = min([place.bottom, *(top - 2 * hairline(em) for top in below)])
    ground = color if right else theme.panel
    canvas.rect(place, ground, corner=place.height // 2)
    canvas.rect(place, color if right is not False else theme.faint, width=hairline(em), corner=place.height // 2)
    ink = readable(color) if right else theme.text if right is None else theme.muted
    canvas.text(text.fitted(words, size, place.width), place.center, size, ink, bold=True, align=0.5)


def score(session: Session, theme: Theme) -> str:
    """How many guesses were right so far; empty before the first one has been judged."""
    if not session.judged:
        return ""
    right = sum(right for _, right in session.judged)
    return theme.say("{right} of {count} guessed right", right=right, count=len(session.judged))


def draw_caption(canvas: Canvas, places: Layout, theme: Theme, session: Session, race: Race, tick: int) -> None:
    """Draw what is said now where the scene's own sentence stands, or else that one; until that may be read, the
    question to which it is the answer.
    """
    words, lane = said_now(session, race, session.scene.timing(session.clock), tick, theme)
    of_origin = session.scene.look != OWN_SURFACE and (
        session.origin is None or session.scene.look == session.origin.scene.look
    )
    other = (of_origin and changed(session)) or not as_written(session.scene, any_seed=True)
    texts = session.scene.texts(theme.language)
    look = theme.say(CHANGED) if other else (untold(session) and texts.question) or texts.look
    key = (places.look, words, lane, look, theme)
    draw_unless_there(canvas, "caption", key, lambda: _draw_said(canvas, places, theme, (words, lane), look))


def _draw_said(canvas: Canvas, places: Layout, theme: Theme, said: tuple[str, int | None], look: str) -> None:
    """Words of a lane or of none, or where there are none the scene's own sentence."""
    place, em, (words, lane) = places.look, places.em, said
    canvas.rect(place, theme.background)
    line = place.height // places.look_lines
    left = place.left
    if words and lane is not None:
        center = (left + 0.6 * em, place.top + line / 2)
        draw_badge(canvas, center, 0.42 * em, lane, theme.lane(lane))
        left += round(BADGED * em)
    color = theme.muted
    if words:
        color = theme.text if lane is None else mix(theme.lane(lane), theme.text, 0.5)
    size, lines = _broken(words or look, places, place.right - left, bool(words))
    for number, part in enumerate(lines):
        y = place.top + (number + 0.5) * line
        canvas.text(part, (left, y), size, color, bold=bool(words))


def _broken(words: str, places: Layout, room: int, bold: bool) -> tuple[int, tuple[str, ...]]:
    """What is said, in lines, and the height of its type: enlarged type is smaller where it has no room for all of it,
    but never smaller than usual.
    """
    least = min(places.em, usual_type(places.size))
    lines = [(size, wrapped(words, size, room, places.look_lines, bold)) for size in range(places.em, least - 1, -1)]
    return next((each for each in lines if complete(each[1], words)), lines[-1])
