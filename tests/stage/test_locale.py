"""Every sentence on screen can be said in every language, with the fonts that there are."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import page_words
import pygame
import pytest

import sim.stage
from sim.base.languages import LANGUAGES, words
from sim.descent import digest
from sim.descent.clock import CLOCKS
from sim.descent.problem import UNKNOWN
from sim.descent.schedules import SCHEDULES
from sim.descent.verdict.kinds import VerdictKind
from sim.descent.verdict.kinds.evidence import Saying
from sim.scene import Texts, load_scene, scene_files
from sim.scene.speech import Translation
from sim.stage.input import lane_controls
from sim.stage.picture import help
from sim.stage.picture.around import caption, footer
from sim.stage.picture.chart import axes
from sim.stage.picture.tips import tooltip
from sim.stage.picture.views import VIEWS
from sim.stage.session import bindings, lanes, names, problem
from sim.stage.sheets import sheets
from sim.stage.style import numbers, text
from sim.stage.style.numbers import evidence, signed
from sim.stage.style.theme import load_theme
from sim.study.maps.swarm import SPREADS
from sim.study.odds import contrast
from sim.study.odds.report import BOTH, ESCAPE, ESCAPES, SADDLE_ESCAPES, STAYED, WANDERERS, WHERE, WHISKERS
from sim.study.statistics.end_kind import EndKind
from sim.study.statistics.wording import INTERVALS
from sim.surface.critical import point as critical_point

STAGE = Path(sim.stage.__file__).parent
CHINESE = re.compile(r"[一-鿿]")
GONE = (EndKind.DIVERGED, EndKind.OFF_SURFACE, EndKind.FAILED)
ENDS = tuple(kind.value for kind in EndKind if kind is not EndKind.MINIMUM)
"""What those places are called where marbles end, minima with a number aside."""
FIGURE_WORDS = (
    *(WHERE, ESCAPES, SADDLE_ESCAPES, WHISKERS, WANDERERS, BOTH, ESCAPE, STAYED, INTERVALS),
    *("share of seeds", "update", *ENDS),
)
"""What the figures of odds say, names of lanes and minima aside."""
OPTIMIZERS = {"Adam", "AdamW", "Adagrad", "RMSprop", "Newton"}
"""Names of lanes that are the same in every language."""

HANDED_ON = {("style/theme.py", "sentence")}
"""Where a sentence is only passed to another `say`."""
INDIRECT: dict[tuple[str, str], set[str]] = {
    ("style/numbers.py", "title_of(name)"): {
        *("gradient descent", "momentum", "momentum (torch)", "Nesterov (ahead)", "Langevin (painted noise)"),
        *("RMSprop (momentum)", "RMSprop (centered)", "saddle-free Newton"),  # The others keep their names.
    },
    ("picture/chart/axes.py", "UNITS[self.clock]"): set(axes.UNITS.values()),
    ("picture/around/footer.py", "CLOCK_NAMES[session.clock]"): set(footer.CLOCK_NAMES.values()),
    ("picture/around/footer.py", "words"): {words for words, _ in footer.HINTS},
    ("picture/picture.py", "UNKNOWN"): {UNKNOWN},
    ("picture/help.py", "TITLE"): {help.TITLE},
    ("picture/help.py", "SIGNS"): {help.SIGNS},
    ("picture/help.py", "sign"): {sign for sign, _ in help.LEGEND},
    ("picture/help.py", "meaning"): {meaning for _, meaning in help.LEGEND},
    ("picture/help.py", "title"): set(bindings.GROUPS),
    ("picture/help.py", "binding.says"): {binding.says for group in bindings.GROUPS.values() for binding in group},
    ("session/bindings.py", "word[1]"): set(bindings.SPOKEN),
    ("style/numbers.py", "part.saying.value"): {saying.value for saying in Saying},
    ("picture/panel/verdict.py", "self.verdict.kind.words"): {kind.words for kind in VerdictKind},
    ("picture/panel/verdict.py", "traits.short if self.brief and traits.short else traits.words"): {
        words for kind in VerdictKind for words in (kind.traits.short, kind.words) if words
    },
    ("picture/panel/ends.py", "part.kind.value"): set(ENDS),
    ("picture/map/cloud.py", "end.value"): {end.value for end in GONE},
    ("picture/around/timeline.py", "event.kind.words"): {kind.words for kind in VerdictKind},
    ("picture/tips/tooltip.py", "CURVATURE_MEANINGS[lower, upper]"): set(tooltip.CURVATURE_MEANINGS.values()),
    ("picture/tips/tooltip.py", "POINT_MEANINGS[point.kind]"): set(tooltip.POINT_MEANINGS.values()),
    ("picture/tips/tooltip.py", "verdict.kind.words"): {kind.words for kind in VerdictKind},
    ("picture/tips/tooltip.py", "verdict.kind.traits.meaning"): {kind.traits.meaning for kind in VerdictKind},
    ("picture/tips/tooltip.py", "UNLIKE"): {tooltip.UNLIKE},
    ("picture/tips/tooltip.py", "FLAG"): {tooltip.FLAG},
    ("picture/around/caption.py", "CHANGED"): {caption.CHANGED},
    ("picture/views/labels/words.py", "point.kind.value"): {kind.value for kind in critical_point.CriticalKind},
    ("export/web/words.py", "CLOCK_NAMES[clock]"): set(footer.CLOCK_NAMES.values()),
    ("export/web/words.py", "sentence"): set(page_words.sentences()),
    ("input/controls.py", "spread"): set(SPREADS),
    ("input/controls.py", "session.spread"): set(SPREADS),
    ("input/controls.py", "view.label"): {view.label for view in VIEWS.values()},
    ("input/controls.py", "view.tip"): {view.tip for view in VIEWS.values()},
    ("input/lane_controls.py", "name"): set(SCHEDULES),
    ("input/lane_controls.py", "schedule.name"): set(SCHEDULES),
    ("input/lane_controls.py", "label"): {label for label, _ in lane_controls.SCHEDULE_WORDS.values()},
    ("input/lane_controls.py", "tip"): {tip for _, tip in lane_controls.SCHEDULE_WORDS.values()},
    ("input/lane_controls.py", "words"): set(lane_controls.SAMPLING_WORDS.values()),
    ("input/lane_controls.py", "SAMPLING_WORDS[lane.sampling]"): set(lane_controls.SAMPLING_WORDS.values()),
    ("session/lanes.py", "told"): set(lanes.FORMS.values()),
    ("style/numbers.py", "lane.schedule.name"): set(SCHEDULES),
    ("style/numbers.py", "SAMPLED[lane.sampling]"): set(numbers.SAMPLED.values()) - {""},
    ("window/files/documents.py", "self.departure.sentence"): {digest.EXACT, digest.ROUGH},
    ("sheets/sheets.py", "LABELS[name]"): set(sheets.LABELS.values()),
    ("sheets/odds.py", "word"): set(FIGURE_WORDS),
    ("session/names.py", "first"): set(names.WORDS),
    ("window/notices.py", "BOXES"): {names.BOXES},
    ("session/problem.py", "OWN_SURFACE"): {problem.OWN_SURFACE},
    ("sheets/contrast.py", "row.label"): {label for _, label, _ in contrast.ABOUT},
    ("sheets/contrast.py", "words"): set(contrast.CAPTION),
}
"""What is said where the sentence does not stand in the call: by file and argument, all that it can be."""


def calls(source: str) -> Iterator[ast.expr]:
    """What is given as the sentence to every `….say(sentence)`, `say(language, sentence)`, `everywhere(sentence)`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="say"), args=[sentence, *_]):
                yield sentence
            case ast.Call(func=ast.Name(id="say"), args=[_, sentence]):
                yield sentence
            case ast.Call(func=ast.Name(id="say" | "everywhere"), args=[sentence]):
                yield sentence


@cache
def said() -> dict[tuple[str, str], str | None]:
    """Every sentence of the stage by file and argument; None where the argument is no literal."""
    return {
        (path.relative_to(STAGE).as_posix(), ast.unparse(argument)): argument.value
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        else None
        for path in STAGE.rglob("*.py")
        for argument in calls(path.read_text(encoding="utf-8"))
    }


def sentences() -> set[str]:
    """All that can be said."""
    return {sentence for sentence in said().values() if sentence is not None}.union(*INDIRECT.values())


def fields(sentence: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def unseen(words: str) -> set[str]:
    """The characters for which no family has a picture."""
    boxes = [
        pygame.image.tobytes(text._font(i, 24, False).render(text.NO_CHARACTER, True, (0, 0, 0)), "RGBA")
        for i in range(len(text.families()))
    ]
    return {
        character
        for character in set(words) - {" "}
        if pygame.image.tobytes(
            text._font(text.family(character), 24, False).render(character, True, (0, 0, 0)), "RGBA"
        )
        in boxes
    }


def test_every_sentence_stands_in_its_call_or_is_listed() -> None:
    indirect = {call for call, sentence in said().items() if sentence is None}
    assert indirect - HANDED_ON == INDIRECT.keys()
    found = calls("theme.say('a'); say('b', n=1); say(language, 'c'); say(kind.value); x.said('d')")
    assert [ast.unparse(sentence) for sentence in found] == ["'a'", "'b'", "'c'", "kind.value"]


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_sentence_is_translated_and_no_translation_is_left_over(language: str) -> None:
    assert sentences() - words(language).keys() == set()
    assert words(language).keys() - sentences() == set()


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_translations_have_the_same_blanks(language: str) -> None:
    for sentence, translation in words(language).items():
        assert fields(sentence) == fields(translation), sentence


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_translations_can_be_shown(language: str) -> None:
    assert unseen("".join(words(language)) + "".join(words(language).values())) == set()
    assert unseen("a中\u0378") == {"\u0378"}
    assert text.missing("a中\u0378") == "\u0378"


def test_what_is_missing_is_said_in_english() -> None:
    theme = load_theme("light", LANGUAGES[1])
    assert theme.say("never {what}", what="translated") == "never translated"
    assert theme.say("full screen") != "full screen"
    assert load_theme("light").say("full screen") == "full screen"


def test_every_clock_has_its_words() -> None:
    assert axes.UNITS.keys() == footer.CLOCK_NAMES.keys() == CLOCKS.keys()


@pytest.mark.parametrize("name", list(scene_files()))
@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_scenes_are_translated(name: str, language: str) -> None:
    scene = load_scene(name)
    english, other = scene.texts("en"), scene.texts(language)
    assert dict(scene.translations).get(language, Translation()).title, f"{language}.title is missing"
    said = list(zip(spoken(english), spoken(other), strict=True))
    assert [one for one, another in said if one == another] == []
    for one, another in said:
        assert another[-1] in {".": ".。", "?": "?？"}[one[-1]], another
        assert set(re.findall(r"\d+\.\d+", one)) == set(re.findall(r"\d+\.\d+", another)), another
    for own, translated in zip(english.lanes, other.lanes, strict=True):
        assert own in OPTIMIZERS or not re.search("[a-z]{3}", own) or own != translated, own
    shown = "".join([other.title, *other.lanes, *(sentence for pair in said for sentence in pair)])
    assert unseen(shown) == set()


def spoken(texts: Texts) -> list[str]:
    """The sentences of a scene."""
    return [texts.look, texts.question, *texts.captions]


@pytest.mark.parametrize("name", list(scene_files()))
def test_scenes_in_chinese_are_chinese_and_short(name: str) -> None:
    chinese = load_scene(name).texts("zh")
    assert all(CHINESE.search(sentence) for sentence in [chinese.title, *spoken(chinese)])
    assert len(chinese.look) <= 75
    assert all(len(sentence) <= 45 for sentence in spoken(chinese)[1:])


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_evidence_is_translated_part_by_part(language: str) -> None:
    if missing := {saying.value for saying in Saying} - words(language).keys():
        pytest.skip(f"not translated yet: {missing}")
    theme = load_theme("light", language)
    parts = set()
    for name in ("on-the-saddle", "learning-rate-ladder"):
        race = load_scene(name).race()
        race.extend(100)
        parts |= {part for judge in race.judges for part in judge.verdict(100).parts}
    for part in parts:
        worded = bool(re.search("[a-z]{3}", part.english.replace("κmin", "")))
        assert (evidence(part, theme) != signed(part.english)) == worded, part
        assert evidence(part, load_theme("light")) == signed(part.english)
    assert len(parts) > 9


@pytest.mark.parametrize(("language", "other"), [("de", r"\bLoss\b"), ("zh", r"第 \{\w+\} 步")])
def test_one_thing_goes_by_one_word(language: str, other: str) -> None:
    assert [said for said in words(language).values() if re.search(other, said)] == []
