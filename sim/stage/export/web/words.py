"""What a page says, in every language: the scene's words, and its own."""

from html import escape
from typing import Any, TypeAlias

from ....base.languages import LANGUAGES, everywhere, language_or_code
from ....descent.verdict.kinds import VerdictKind
from ....descent.verdict.kinds.evidence import Saying
from ....study.statistics.wording import INTERVALS
from ...picture.around.footer import CLOCK_NAMES
from ...style.numbers import settings
from ...style.theme import load_theme, say
from ...style.wrapping import held
from .race import Span

Json: TypeAlias = Any

CANNOT = (
    "This page plays a race that was computed. To change η, a rule or a batch size, "
    "open this very file in the program: {command}"
)
"""What a page cannot do."""
CANNOT_HERE = (
    "This page plays a race that was computed. To change η, a rule or a batch size, run it again where it was made."
)
"""What a page cannot do where there is no file, or none that the program could open."""
STATIC = NO_SCRIPT, DAMAGED, OPENS = (
    "This page plays a race by a script of its own, which the browser has been told not to run.",
    "This page was damaged on the way.",
    "Perhaps the program can still open it: {command}",
)
"""What a page says without its script."""
CLOCK_MENU = {
    "updates": "Updates",
    "epochs": "Epochs",
    "serial": "Serial machine time",
    "parallel": "Parallel machine time",
}
"""The clocks by themselves, which not every language calls as it does behind "by"."""
SAID = (
    *("play", "pause", "restart", "one update back", "one update forward", "to the start", "to the end"),
    *("speed", "{speed} a second", "seed {seed}", "light or dark", "language", "time", "keys"),
    *("update {update} of {horizon}", "since update {update}"),
    "fastest lane's update {update} of {horizon} by {clock}",
    *("all marbles on one map", "land aslant", "batch strip"),
    *("clock", "clock: updates, epochs, serial, parallel; back"),
    *("new seed: other batches; the seed before", "odds", "escaped"),
    *("{count} seeds from {seed}", "after 1 update", "after {updates} updates", INTERVALS),
    *("moving ground", "the batch's own loss; as the ground", "stands on the loss of the only example"),
    *("stands on the loss of {count} of {all} examples", "stands on the loss of all {count} examples"),
    *("loss of example {number} alone", "loss of the batch's {count} examples alone"),
    "the batch is all examples: its loss is the map's",
    *("copy", "copied", "copy the address of this moment", "The address of this moment is on the clipboard."),
    *("The address in the browser's bar leads to this moment.", CANNOT, CANNOT_HERE),
    *("Press a marble's name to guess, or play to watch.", "your guess", "your guess: right"),
    *("your guess: not this one", "You guessed {guess}, and you are right: it was {answer}."),
    *("You guessed {guess}; it was {answer}.", "You guessed {guess}; it was none of them."),
    "You guessed {guess}; at the end of the race the question is still open.",
    *("{names} and {last}", ", ", "{first} {second}", "guess {name}"),
    *("loss", "loss, logarithmic", "training", "test", "not played yet"),
    "{verdict} from update {update}",
    *("escaped at update {update}: {way}", "left the saddle at update {update}"),
    *("escaped at {update}", "escaped at {update}: {way}", "left the saddle at {update}"),
    *("minimum {source} → {target}", "from minimum {source}", "to minimum {target}"),
    *("one update back or forward, with Shift ten", "play or pause; at the end, from the start", "faster, slower"),
    *("to the start, to the end", "restart: the same race again, bit for bit", "choose the lane", "put away"),
    *("captions and questions on or off", "watch without a guess", "less motion", "turn the land; ↑ ↓ tilt it"),
    *("the loss of all marbles, update by update", "a map of the loss with the marble of {name}"),
    "a map of the loss with all marbles",
)
"""What the page's own script says."""
EVIDENCE = tuple(saying.value for saying in Saying)
"""What it says of what a verdict stands on."""


def page_words(span: Span) -> Json:
    """The words of a page, by the codes of the languages."""
    return {code: _in(code, span) for code in LANGUAGES}


def _in(code: str, span: Span) -> Json:
    scene = span.scene
    texts, count = scene.texts(code), span.race.problem.train.count
    return {
        "name": language_or_code(code).name,
        "title": texts.title,
        "look": held(texts.look),
        "lanes": list(texts.lanes),
        "settings": [settings(lane, count, load_theme("light", code)) for lane in scene.lanes],
        "captions": [held(words) for words in texts.captions],
        "about": _about(span),
        "question": texts.question,
        "clocks": {clock: say(code, CLOCK_NAMES[clock]) for clock in CLOCK_NAMES},
        "menu": {clock: _said(code, name) for clock, name in CLOCK_MENU.items()},
        "verdicts": {kind.code: _said(code, kind.words) for kind in VerdictKind},
        "said": {sentence: _said(code, sentence) for sentence in (*SAID, *EVIDENCE)},
    }


def static(sentence: str, **blanks: str) -> str:
    """Paragraphs that say a sentence in every language."""
    return "".join(f'<p lang="{code}">{escape(_said(code, sentence).format(**blanks))}</p>' for code in LANGUAGES)


def _about(span: Span) -> list[int | None]:
    """The lane that each caption is about."""
    names = [lane.name for lane in span.scene.lanes]
    return [names.index(words.lane) if words.lane in names else None for words in span.scene.captions]


def _said(code: str, sentence: str) -> str:
    """A sentence in a language, with its blanks."""
    return held(dict(everywhere(sentence)).get(code, sentence))
