"""Scene files: what is read from a good one, and what is said of a bad one."""

import os
import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from waiting import at_once

from sim.base.languages import TRANSLATIONS
from sim.descent.examples.recipes import MOST_EXAMPLES, ShiftedExamples, TiltedExamples
from sim.descent.rules import rule_name
from sim.scene import OPENING, Caption, Question, SceneError, Texts, load_scene, parse_scene, scene_files
from sim.scene.mistakes import MOST_ITEMS, MOST_KEYS, MOST_MISTAKES, MOST_READ
from sim.scene.reading import LARGEST_FILE, MOST_LONG_KEYS
from sim.scene.speech import MOST_LANES
from sim.scene.tables import MOST_CAPTIONS
from sim.scene.writing import scene_text
from sim.surface.functions import SURFACES
from sim.surface.functions.gaussian import Bowl, Landscape, Well
from sim.surface.protocol import Window

KNOWN = ", ".join(TRANSLATIONS)

GOOD = """
title = "A scene"
look = "Look here."
seed = 3
updates = 50
start = [-1.0, 0.5]
window = [[-3.0, 3.0], [-2.0, 2.0]]

[surface]
kind = "landscape"
bowl = { center = [1.0, 0.0], curvature = [0.2, 0.3] }
wells = [
    { center = [-1.0, 0.0], depth = 0.7, width = 0.4 },
    { center = [1.0, 0.0], depth = 1.0, width = 0.9 },
]

[examples]
kind = "shifted"
count = 12
sigma = 0.1

[lane."full batch"]
rule = "momentum"
learning_rate = 0.1
decay = 0.8
batch_size = "full"
claim = { verdict = "stuck", events = ["escaped"] }

[lane.minibatch]
rule = "gradient descent"
learning_rate = 0.2
batch_size = 3

[question]
text = "Which one?"
zh = "哪一颗？"
on = "stuck"
answer = "full batch"

[[caption]]
on = "escaped"
lane = "minibatch"
text = "It is out."
zh = "出来了。"

[[caption]]
on = "update"
update = 30
text = "Thirty."

[zh]
title = "场景"
look = "看这里。"

[zh.lane]
"full batch" = "全批量"
"""

LEAST = """
title = "Least"
look = "Look."
start = [0, 1]
surface = { kind = "himmelblau" }
examples = { kind = "tilted", sigma = 0 }
lane.one = { rule = "adam", batch_size = "full" }
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="files and devices as POSIX has them")


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def mistake(text: str) -> str:
    """What is said of a bad text: one line, and not too long a one."""
    with pytest.raises(SceneError) as caught:
        parse_scene(text, "bad")
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert 0 < len(sentence) < 1500
    return sentence


# Good files.


def test_every_word_of_a_file_arrives() -> None:
    scene = parse_scene(GOOD, "good")
    assert (scene.name, scene.title, scene.look) == ("good", "A scene", "Look here.")
    assert (scene.seed, scene.updates, scene.start) == (3, 50, (-1.0, 0.5))
    assert scene.window == Window(-3.0, 3.0, -2.0, 2.0)
    wells = (Well((-1.0, 0.0), 0.7, 0.4), Well((1.0, 0.0), 1.0, 0.9))
    assert scene.surface == Landscape(Bowl((1.0, 0.0), (0.2, 0.3)), wells)
    assert scene.examples == ShiftedExamples(sigma=0.1, count=12)
    full, mini = scene.lanes
    assert (full.name, rule_name(full.rule), full.rule.learning_rate, full.batch_size) == (
        "full batch",
        "momentum",
        0.1,
        12,
    )
    assert (mini.name, rule_name(mini.rule), mini.rule.learning_rate, mini.batch_size) == (
        "minibatch",
        "gradient descent",
        0.2,
        3,
    )
    claim, none = scene.claims
    assert none is None
    assert claim is not None
    assert (claim.verdict, claim.events) == ("stuck", ("escaped",))
    former = parse_scene(GOOD.replace('verdict = "stuck"', 'verdict = "descending"'), "good").claims[0]
    assert former is not None
    assert former.verdict == "under_way"  # As earlier versions called it.
    assert scene.captions == (
        Caption.model_validate({"on": "escaped", "text": "It is out.", "zh": "出来了。", "lane": "minibatch"}),
        Caption(on="update", text="Thirty.", update=30),
    )
    assert scene.question == Question.model_validate(
        {"text": "Which one?", "answer": ["full batch"], "on": "stuck", "zh": "哪一颗？"}
    )


def test_words_that_are_not_translated_stay_english() -> None:
    scene = parse_scene(GOOD, "good")
    english = Texts("A scene", "Look here.", ("full batch", "minibatch"), ("It is out.", "Thirty."), "Which one?")
    assert scene.texts("en") == english
    assert scene.texts("zh") == Texts("场景", "看这里。", ("全批量", "minibatch"), ("出来了。", "Thirty."), "哪一颗？")
    least = parse_scene(LEAST, "least")
    assert least.texts("zh") == least.texts("en") == Texts("Least", "Look.", ("one",), (), "")
    gone = replace(scene, lanes=scene.lanes[1:])  # Lanes go by their names, whatever becomes of the others.
    assert gone.texts("zh").lanes == ("minibatch",)


def test_an_answer_may_be_several_lanes() -> None:
    text = changed('answer = "full batch"', 'answer = ["minibatch", "full batch"]')
    question = parse_scene(text, "good").question
    assert question is not None
    assert question.answer == ("minibatch", "full batch")


def test_what_is_left_out_has_the_usual_value() -> None:
    scene = parse_scene(LEAST, "least")
    assert (scene.seed, scene.updates, scene.claims) == (0, 400, (None,))
    assert scene.window == SURFACES["himmelblau"].usual_window
    assert scene.examples == TiltedExamples(sigma=0.0, count=20, test_tilt=(0.0, 0.0), seed=0)
    assert scene.lanes[0].rule.learning_rate == 1e-3
    assert scene.lanes[0].batch_size == 20


def test_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path) -> None:
    expected = parse_scene(GOOD, "good")
    path = tmp_path / "good.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_scene(str(path)) == expected


def test_a_scene_is_a_value() -> None:
    one, other = parse_scene(GOOD, "good"), parse_scene(GOOD, "good")
    assert one == other
    assert one is not other
    assert hash(one) == hash(other)
    assert replace(one, seed=4) != one
    for name in scene_files():
        assert hash(load_scene(name)) == hash(load_scene(name))


def test_a_problem_is_shared_by_what_has_the_same_one() -> None:
    one, other = parse_scene(GOOD, "good"), parse_scene(GOOD, "other")
    assert one.problem() is other.problem()
    assert replace(one, seed=4, start=(0.0, 0.0), lanes=one.lanes[:1]).problem() is one.problem()
    assert replace(one, examples=ShiftedExamples(0.2, 12)).problem() is not one.problem()
    assert replace(one, window=Window(-3.0, 3.0, -2.0, 2.5)).problem() is not one.problem()


def test_the_scenes_that_come_along_are_found_by_name_and_by_path() -> None:
    path = scene_files()[OPENING]
    by_name, by_path = load_scene(OPENING), load_scene(str(path))
    assert by_path == replace(by_name, name=path.stem)


# Bad values. Each is named with its path and the reason.

BAD: list[tuple[str, str, str]] = [
    # Numbers.
    ("learning_rate = 0.1\n", "learning_rate = nan\n", 'lane."full batch".learning_rate must be a finite number'),
    ("learning_rate = 0.1\n", "learning_rate = inf\n", 'lane."full batch".learning_rate must be a finite number'),
    ("learning_rate = 0.1\n", "learning_rate = 0\n", "learning_rate must be greater than 0, not 0"),
    ("learning_rate = 0.1\n", "learning_rate = -1.5\n", "learning_rate must be greater than 0, not -1.5"),
    ("learning_rate = 0.1\n", "learning_rate = 1e7\n", "learning_rate must be at most 1000000, not 10000000.0"),
    ("learning_rate = 0.1\n", "learning_rate = true\n", "learning_rate must be a number, not true"),
    ("learning_rate = 0.1\n", 'learning_rate = "0.1"\n', 'learning_rate must be a number, not "0.1"'),
    ("learning_rate = 0.1\n", f"learning_rate = 1{'0' * 400}\n", "learning_rate is far too large a number"),
    ("learning_rate = 0.1\n", f"learning_rate = 1{'0' * 9999}\n", "a number has too many digits"),
    ("learning_rate = 0.1\n", f"learning_rate = 0x1{'0' * 9999}\n", "learning_rate is far too large a number"),
    ("learning_rate = 0.1\n", "learning_rate = 2021-03-05\n", "must not be a date or a time, such as 2021-03-05"),
    ("decay = 0.8", "decay = 1", 'lane."full batch".decay must be less than 1, not 1'),
    ("decay = 0.8", "decay = -0.1", "decay must be at least 0, not -0.1"),
    ("seed = 3", "seed = -1", "seed must be at least 0, not -1"),
    ("seed = 3", "seed = 9007199254740992", "seed must be less than 9007199254740992"),
    ("seed = 3", "seed = 0.5", "seed must be a whole number, not 0.5"),
    ("updates = 50", "updates = 0", "updates must be at least 1, not 0"),
    ("updates = 50", "updates = 1000001", "updates must be at most 1000000, not 1000001"),
    # Examples and batches.
    ("batch_size = 3", "batch_size = 13", "lane.minibatch.batch_size is 13, but there are only 12 examples"),
    ("batch_size = 3", "batch_size = 0", 'batch_size must be a whole number from 1 to 1000, or "full", not 0'),
    ("batch_size = 3", "batch_size = -1", "lane.minibatch.batch_size must be a whole number from 1 to 1000"),
    ("batch_size = 3", "batch_size = 3.0", "lane.minibatch.batch_size must be a whole number from 1 to 1000"),
    ("batch_size = 3", "batch_size = true", "lane.minibatch.batch_size must be a whole number from 1 to 1000"),
    ("batch_size = 3", 'batch_size = "all"', 'or "full", not "all"'),
    ("batch_size = 3\n", "", "lane.minibatch.batch_size is missing"),
    ("count = 12", "count = 1_000_000_000", "examples.count must be at most 1000, not 1000000000"),
    ("count = 12", "count = 0", "examples.count must be at least 1, not 0"),
    ("count = 12", "count = 2", "lane.minibatch.batch_size is 3, but there are only 2 examples"),
    ("count = 12", "count = 1", "lane.minibatch.batch_size is 3, but there is only 1 example"),
    ("sigma = 0.1", "sigma = -0.1", "examples.sigma must be at least 0, not -0.1"),
    ("sigma = 0.1\n", "", "examples.sigma is missing"),
    ("sigma = 0.1", "sigma = 0.1\ntest_shift = [1]", "examples.test_shift has too few items, 1"),
    ('kind = "shifted"\n', "", "examples has no kind"),
    ('kind = "shifted"', 'kind = "shift"', 'examples has an unknown kind: "shift"; did you mean shifted?'),
    ('kind = "shifted"', 'kind = "regression"', "examples.model is missing; examples.truth is missing"),
    # The window and the start.
    ("start = [-1.0, 0.5]", "start = [-4, 0.5]", "start [-4.0, 0.5] lies outside the window, x -3.0 … 3.0"),
    ("start = [-1.0, 0.5]", "start = [nan, 0.5]", "start[0] must be a finite number, not NaN"),
    ("start = [-1.0, 0.5]", "start = [1.0]", "start has too few items, 1"),
    ("start = [-1.0, 0.5]", "start = []", "start has too few items, 0"),
    ("start = [-1.0, 0.5]", "start = [1.0, 0.5, 0]", "start must have at most 2 items, not 3"),
    ("start = [-1.0, 0.5]", "start = 1.0", "start must be a list, not 1.0"),
    ("start = [-1.0, 0.5]\n", "", "start is missing"),
    ("[[-3.0, 3.0], ", "[[3.0, -3.0], ", "window must be [[x0, x1], [y0, y1]] with x0 < x1 and y0 < y1"),
    ("[[-3.0, 3.0], ", "[[3.0, 3.0], ", "window must be [[x0, x1], [y0, y1]] with x0 < x1 and y0 < y1"),
    ("[[-3.0, 3.0], [-2.0, 2.0]]", "[[0, 1e-4], [0, 1e-4]]", "window is too small: each side must be at least 0.001"),
    ("[[-3.0, 3.0], ", "[[-300, 300], ", "window has one side 150 times as long as the other, more than 20"),
    ("[[-3.0, 3.0], ", "[[-3e9, 3], ", "window[0][0] must be at least -1000000"),
    ("[[-3.0, 3.0], ", "[[-inf, 3], ", "window[0][0] must be a finite number"),
    ("[[-3.0, 3.0], [-2.0, 2.0]]", "[-3, 3, -2, 2]", "window must have at most 2 items, not 4"),
    # Surfaces.
    ('kind = "landscape"', 'kind = "landscap"', 'surface has an unknown kind: "landscap"; did you mean landscape?'),
    ('kind = "landscape"', 'kind = "xyzzy"', "there are landscape, muller-brown, himmelblau"),
    ('kind = "landscape"', "kind = 7", 'surface has an unknown kind: "7"'),
    ('kind = "landscape"\n', "", "surface has no kind"),
    ('kind = "landscape"', 'kind = "beale"', "surface.bowl is not known here; surface.wells is not known here"),
    ("width = 0.4", "width = 0", "surface.wells[0].width must be at least 0.001, not 0"),
    ("width = 0.9", "width = -1", "surface.wells[1].width must be at least 0.001, not -1"),
    ("width = 0.9", "girth = 0.9", "surface.wells[1].girth is not known here"),
    ("depth = 1.0", "depth = 1e300", "surface.wells[1].depth must be from -1000000 to 1000000, not 1e+300"),
    ("depth = 1.0", "depth = nan", "surface.wells[1].depth must be a finite number"),
    ("curvature = [0.2, 0.3]", "curvature = [0.2, -0.3]", "surface.bowl.curvature[1] must be at least 0, not -0.3"),
    # Lanes.
    (
        'rule = "momentum"',
        'rule = "momentom"',
        'lane."full batch" has an unknown rule: "momentom"; did you mean moment',
    ),
    ('rule = "momentum"', 'rule = ["momentum"]', 'lane."full batch" has an unknown rule'),
    ('rule = "momentum"\n', "", 'lane."full batch" has no rule'),
    ("decay = 0.8", "dekay = 0.8", 'lane."full batch".dekay is not known here; did you mean decay?'),
    ("decay = 0.8", "DECAY = 0.8", 'lane."full batch".DECAY is not known here; did you mean decay?'),
    ("decay = 0.8", "beta1 = 0.8", 'lane."full batch".beta1 is not known here'),
    ("[lane.minibatch]", '[lane."\\n"]', 'lane."\\n" must be one line of printable characters'),
    ("[lane.minibatch]", '[lane." a"]', 'lane." a" must have no blanks at its ends'),
    ("[lane.minibatch]", '[lane."a "]', "must have no blanks at its ends"),
    ("[lane.minibatch]", '[lane."a\\u0007"]', "must be one line of printable characters"),
    ("[lane.minibatch]", '[lane."a\\u202eb"]', "must be one line of printable characters"),
    ("[lane.minibatch]", '[lane."a\\u200bb"]', 'lane."a\\u200bb" must be one line of printable characters'),
    ("[lane.minibatch]", '[lane.""]', 'lane."" must not be blank'),
    ("[lane.minibatch]", '[lane."  "]', 'lane."  " must not be blank'),
    ("[lane.minibatch]", f"[lane.{'m' * 41}]", "must have at most 40 characters, not 41"),
    ("[lane.minibatch]", '[lane."full batch"]', "a table stands twice (at line"),
    ("[lane.minibatch]", "[lanes.minibatch]", "lanes is not known here; did you mean lane?"),
    # Claims.
    ('verdict = "stuck"', 'verdict = "stuk"', "lane.\"full batch\".claim.verdict must be 'under_way'"),
    ('verdict = "stuck", ', "", 'lane."full batch".claim.verdict is missing'),
    ('["escaped"]', '["flown"]', 'lane."full batch".claim.events[0] must be'),
    ('events = ["escaped"]', 'event = ["escaped"]', "claim.event is not known here; did you mean events?"),
    # Captions, the question, translations.
    ('on = "escaped"', 'on = "escapes"', "caption[0].on must be 'start', 'end', 'update', 'escaped'"),
    ('on = "escaped"\n', "", "caption[0].on is missing"),
    ('lane = "minibatch"', 'lane = "minibath"', 'caption[0].lane names an unknown lane: "minibath"; did you mean mini'),
    ('lane = "minibatch"', 'lame = "minibatch"', "caption[0].lame is not known here; did you mean lane?"),
    ("update = 30\n", "", "caption[1].update is missing"),
    ("update = 30\n", "update = -1\n", "caption[1].update must be at least 0, not -1"),
    ('lane = "minibatch"', "update = 3", 'caption[0].update has no place where on is not "update"'),
    ('text = "Thirty."', 'text = ""', "caption[1].text must not be blank"),
    ('text = "Thirty."', f'text = "{"A" * 121}"', "caption[1].text must have at most 120 characters, not 121"),
    ('text = "Thirty."\n', "", "caption[1].text is missing"),
    ("[[caption]]", "[[captain]]", "captain is not known here; did you mean caption?"),
    (
        'answer = "full batch"',
        'answer = "ful batch"',
        'question.answer names an unknown lane: "ful batch"; did you mean',
    ),
    ('answer = "full batch"', 'answer = ["minibatch", "minibatch"]', "question.answer names a lane twice"),
    ('answer = "full batch"', "answer = []", "question.answer must have at least 1 item, not 0"),
    ('answer = "full batch"', "answer = 1", "question.answer must be a list, not 1"),
    ('answer = "full batch"\n', "", "question.answer is missing"),
    ('on = "stuck"', 'on = "start"', "question.on must be 'escaped', 'left_saddle'"),
    ('on = "stuck"', 'when = "stuck"', "question.when is not known here"),
    (
        '"full batch" = "全批量"',
        '"full bath" = "全批量"',
        'zh.lane names an unknown lane: "full bath"; did you mean full',
    ),
    ('"full batch" = "全批量"', '"full batch" = ""', 'zh.lane."full batch" must not be blank'),
    ('title = "场景"', 'titel = "场景"', "zh.titel is not known here; did you mean title?"),
    ('zh = "出来了。"', 'qaa = "Out."', f"caption[0].qaa is not known here; of languages there are {KNOWN}"),
    ('zh = "哪一颗？"', 'qaa = "Which?"', f"question.qaa is not known here; of languages there are {KNOWN}"),
    ("[zh]", "[qaa]", f"qaa is not known here; of languages there are {KNOWN}"),
    ('zh = "出来了。"', 'en = "Out."', f"caption[0].en is not known here; of languages there are {KNOWN}"),
    ('zh = "出来了。"', "zh = 3", "caption[0].zh must be a text, not 3"),
    ("[zh]", "[[zh]]", "zh must be a table"),
    # Words.
    ('title = "A scene"', 'title = ""', "title must not be blank"),
    ('title = "A scene"', "title = 1979-05-27", "title must not be a date or a time"),
    ('title = "A scene"', 'title = ["A scene"]', 'title must be a text, not ["A scene"]'),
    ('title = "A scene"', 'title = "A\\nscene"', "title must be one line"),
    ('title = "A scene"', f'title = "{"A" * 61}"', "title must have at most 60 characters, not 61"),
    ('title = "A scene"', 'titel = "A scene"', "titel is not known here; did you mean title?"),
    ('look = "Look here."', f'look = "{"A" * 401}"', "look must have at most 400 characters, not 401"),
    ('look = "Look here."\n', "", "look is missing"),
    ("seed = 3", "seed = 3\nseed = 4", "is not valid TOML: a key stands twice (at line 5"),
    ("seed = 3", "seed = ", "is not valid TOML: invalid value (at line 4"),
    ("[surface]", "[[surface]]", "surface must be a table"),
    ("[examples]", "[exmples]", "exmples is not known here; did you mean examples?"),
]


@pytest.mark.parametrize(
    ("old", "new", "words"), BAD, ids=[f"{old.strip()} → {new.strip()}"[:70] for old, new, _ in BAD]
)
def test_a_mistake_is_named_with_its_path_and_the_reason(old: str, new: str, words: str) -> None:
    assert words in mistake(changed(old, new))


def test_two_lanes_whose_names_look_alike_are_refused() -> None:
    lane = '\nrule = "gradient descent"\nlearning_rate = 0.1\nbatch_size = 1\n\n'
    both = "".join(f'[lane."caf{accent}"]{lane}' for accent in ("\u00e9", "e\u0301"))
    said = mistake(changed("[lane.minibatch]", f"{both}[lane.minibatch]"))
    assert "has the name of another lane, with its accents encoded otherwise" in said


def test_what_goes_together_is_checked_together() -> None:
    regression = 'examples = { kind = "regression", model = "product", sigma = 0.1, truth = [1, 1] }'
    without_surface = LEAST.replace('surface = { kind = "himmelblau" }\n', "")
    with_regression = re.sub("examples = .*", regression, LEAST)
    assert "surface is needed for tilted examples" in mistake(without_surface)
    assert "surface has no place beside regression examples" in mistake(with_regression)
    assert "window is needed where there is no [surface]" in mistake(
        re.sub("examples = .*", regression, without_surface)
    )
    good = re.sub("examples = .*", f"{regression}\nwindow = [[-2, 2], [-2, 2]]", without_surface)
    assert parse_scene(good, "good").surface is None
    models = "'line', 'logistic curve', 'product' or 'tanh unit'"
    assert f"examples.model must be {models}" in mistake(good.replace('"product"', '"linear"'))


def test_there_are_one_to_six_lanes() -> None:
    def lanes(count: int) -> str:
        lines = [f'lane.l{number} = {{ rule = "adam", batch_size = 1 }}' for number in range(count)]
        return re.sub("lane.one = .*", "\n".join(lines), LEAST)

    assert len(parse_scene(lanes(MOST_LANES), "good").lanes) == MOST_LANES
    assert f"lane must have at most {MOST_LANES} items, not {MOST_LANES + 1}" in mistake(lanes(MOST_LANES + 1))
    assert "lane is missing" in mistake(lanes(0))
    assert "lane must have at least 1 item, not 0" in mistake(lanes(0) + "lane = {}\n")


def test_a_list_has_an_end() -> None:
    well = "{ center = [0, 0], depth = 1, width = 1 }"
    long = re.sub(r"(?s)wells = \[.*?\n\]", f"wells = [{', '.join([well] * (MOST_ITEMS + 1))}]", GOOD)
    assert f"surface.wells must have at most {MOST_ITEMS} items, not {MOST_ITEMS + 1}" in mistake(long)


def test_captions_have_an_end() -> None:
    text = GOOD.replace("[zh]", '[[caption]]\non = "start"\ntext = "x"\n' * MOST_CAPTIONS + "[zh]")
    assert f"caption must have at most {MOST_CAPTIONS} items, not {MOST_CAPTIONS + 2}" in mistake(text)


def test_many_mistakes_are_counted() -> None:
    strangers = "\n".join(f"stranger{number} = {number}" for number in range(MOST_MISTAKES + 3))
    sentence = mistake(strangers + GOOD)
    assert sentence.count("is not known here") == MOST_MISTAKES
    assert sentence.endswith("; and 3 more")


def test_the_empty_file_misses_what_is_needed() -> None:
    missing = "title is missing; look is missing; start is missing; examples is missing; lane is missing"
    assert mistake("# Nothing but a remark.") == missing
    assert mistake("") == mistake(" \n") == "is empty"


def test_thousands_of_mistakes_are_not_all_put_into_words() -> None:
    strangers = "".join(f"stranger{number} = 1\n" for number in range(50))
    lanes = "".join(f'[lane.l{number}]\nrule = "adam"\n{strangers}' for number in range(50))
    assert mistake(changed("[lane.minibatch]\n", f"{lanes}[lane.minibatch]\n")).endswith(
        f"; and at least {MOST_READ - MOST_MISTAKES} more"
    )


def test_a_table_has_an_end() -> None:
    strangers = "".join(f"stranger{number} = 1\n" for number in range(MOST_KEYS))
    assert f"examples must have at most {MOST_KEYS} keys, not {MOST_KEYS + 3}" == mistake(
        changed('kind = "shifted"\n', f'kind = "shifted"\n{strangers}')
    )


def test_as_many_measured_examples_as_drawn_ones_can_be_saved_and_read() -> None:
    pairs = [(0.5, float(number)) for number in range(MOST_EXAMPLES)]
    table = good_table() | {"examples": {"kind": "measured", "model": "line", "train": pairs, "test": pairs}}
    del table["surface"]
    scene = parse_scene(document(table), "measured")
    assert scene.examples.count == MOST_EXAMPLES
    assert parse_scene(scene_text(scene), "measured") == scene
    table["examples"]["test"] = [*pairs, (0.0, 0.0)]
    assert f"examples.test must have at most {MOST_EXAMPLES} items, not {MOST_EXAMPLES + 1}" in mistake(document(table))


@pytest.mark.parametrize("opening", ["[", "{ a = ", "{ a.b.c = "])
@pytest.mark.parametrize("depth", [40, 90, 190, 290])
def test_what_is_nested_deeply_is_said_to_be(opening: str, depth: int) -> None:
    closing = "]" if opening == "[" else "}"
    assert (
        mistake(f"x = {opening * depth}{'1' * (closing == '}')}{closing * depth}") == "is nested too deeply for a scene"
    )


@pytest.mark.parametrize("dot", [".", " . "])
@pytest.mark.parametrize(
    "step", ["a", "a-1", '"a"', "'a'", r'"\""', r'"\\"', f'"{"é" * 99}"', '"' + r"\"" * 59 + '"', "a.b.'c'", '"."']
)
def test_a_key_of_many_steps_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch, step: str, dot: str) -> None:
    """However its steps are quoted: to read it might take all of the memory there is."""
    monkeypatch.setattr(tomllib, "loads", lambda _: pytest.fail("it is read"))
    deep = dot.join([step] * 40)
    for text in (f"{deep} = 1", f"[{deep}]", f"x = {{ y = 1, {deep} = 1 }}"):
        assert mistake(text) == "is nested too deeply for a scene"


def test_many_keys_of_some_steps_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"b{number}.a.a.a.a.a = 1" for number in range(MOST_LONG_KEYS + 1)]
    assert mistake("\n".join(lines[:-1])) == f"the file must have at most {MOST_KEYS} keys, not {MOST_LONG_KEYS}"
    monkeypatch.setattr(tomllib, "loads", lambda _: pytest.fail("they are read"))
    assert mistake("\n".join(lines)) == "is nested too deeply for a scene"


@pytest.mark.parametrize(
    "piece",
    [
        "k{} = 1\n",
        "[t{}]\n",
        "[[t{}]]\n",
        "a.b.c.d{} = 1\n",
        "k{}.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b = 1\n",
        '"é{}" = 1\n',
        "lane.l{}.rule = 1\n",
        "[[caption]]\nk{} = 1\n",
        "examples.k{} = 1\n",
        "# {}\n",
        "a{} = [[[[]]]]\n",
        "a{} = 1979-05-27T07:32:00.999999-07:00\n",
        "k{} = {{ a = {{ a = {{ a = 1 }} }} }}\n",
        "k = 1 # {}\n",
    ],
)
def test_a_file_as_large_as_may_be_is_refused_at_once(piece: str) -> None:
    """Half a second on an idle machine; a busy one, on which caches are shared, is given more."""
    filling = "".join(piece.format(number) for number in range(LARGEST_FILE // len(piece.format(10_000))))
    at_once(lambda: mistake(filling + "title = 1\ntitle = 2" if piece[0] == "#" else filling), 1)


@pytest.mark.parametrize(
    ("key", "opening", "item", "closing"),
    [
        ("start", "[", "1,", "]"),
        ("start", "[", "[],", "]"),
        ("start", "[", "{a=1},", "]"),
        ("start", '"', "a", '"'),
        ("start", '"', "\\u0001", '"'),
        ("start", "", "1", ""),
        ("start", "0.", "1", ""),
        ("start", "1e", "1", ""),
        ("start", "0x", "f", ""),
        ("start", "1", "_1", ""),
        ("start", "{ ", "k{} = 1, ", "k = 1 }"),
        ("question.answer", "[", "'a',", "]"),
        ("lane.a.rule", '"', "a", '"'),
        ("lane.a.claim.verdict", '"', "a", '"'),
        ("surface", "{ kind = 'formula', formula = '", "(x+", "x' }"),
        ("examples", "{ kind = 'measured', model = 'line', test = [], train = [", "[1,2],", "] }"),
        ('"', "", "a", '" = 1'),
        ('"', "", "a.", '" = 1'),
        ('"', "", '\\"', '" = 1'),
        ("'", "", '\\"', "' = 1"),
        ("title", '"""', "\n", '"""'),
        ("title", '"""', '"" ', '"""'),
    ],
)
def test_a_value_as_large_as_may_be_is_refused_at_once(key: str, opening: str, item: str, closing: str) -> None:
    filling = "".join(item.replace("{}", str(number)) for number in range((LARGEST_FILE - 200) // max(len(item), 5)))
    at_once(lambda: mistake(f"{key}{' = ' if opening else ''}{opening}{filling}{closing}"), 1)


@pytest.mark.parametrize(
    "text",
    [
        f"a = {'[' * 20_000}",
        f"a = {'{ a = ' * 20_000}",
        f"a = {'[' * 300}{']' * 300}",
        f"a{'.a' * 30_000} = 1",
        f"a{' . a' * 10_000} = 1",
        '"a"' + ".'b'" * 10_000 + " = 1",
        f"[a{'.a' * 30_000}]",
        f"a = {{ a{'.a' * 30_000} = 1 }}",
        "a" * 60_000,
        '"' * 60_000,
        "'\"" * 30_000,
        '"a".' * 15_000,
        "a.\n" * 20_000,
        f"a = 0b{'1' * 60_000}",
        "\x00",
        "[",
        "\ufeff\ufeff",
    ],
    ids=lambda text: f"{text[:20]!r} … {len(text)}",
)
def test_a_text_made_to_do_harm_does_none(text: str) -> None:
    at_once(lambda: mistake(text), 2)


# Bad files.


def refusal(path: Path | str) -> str:
    with pytest.raises(SceneError) as caught:
        load_scene(str(path))
    sentence = str(caught.value)
    assert sentence.isprintable()
    return sentence


def test_a_mistake_in_a_file_begins_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("title = 3", encoding="utf-8")
    assert refusal(path).startswith(f"{path}: title must be a text, not 3; ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00\x01", "is not a text file in UTF-8"),
        (bytes(range(256)), "is not a text file in UTF-8"),
        (b"# " + b"x" * LARGEST_FILE, "is larger than a scene can be"),
        (b"", "is empty"),
        (b"#", "title is missing"),
    ],
)
def test_a_file_that_is_no_scene(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    assert words in refusal(path)


@pytest.mark.parametrize("content", [b"# Read me\n\nSome words.", b"\x7fELF\xff", b"x,y\n1,2\n"])
def test_a_file_of_another_kind_is_told_to_be_one(tmp_path: Path, content: bytes) -> None:
    """Where in it the TOML ends would help nobody; in a scene file it does."""
    for name in ("README.md", "mine.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        assert refusal(path) == f"{path} is neither a scene nor a file saved by this program"
    for name in ("mine.toml", "mine"):
        path = tmp_path / name
        path.write_bytes(content)
        assert re.search(r"is not valid TOML: .*\(at line |is not a text file in UTF-8", refusal(path))


def test_a_file_beside_one_that_is_not_there_may_be_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("saddle.toml").touch()
    assert refusal("saddle.tml") == 'there is no scene "saddle.tml"; did you mean saddle.toml?'
    assert refusal("sadle.toml") == "cannot read sadle.toml: no such file or directory; did you mean saddle.toml?"
    assert refusal("ravine.toml") == "cannot read ravine.toml: no such file or directory"


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.toml") == f"cannot read {tmp_path / 'none.toml'}: no such file or directory"
    assert refusal(tmp_path).endswith("it is a folder")
    assert refusal("") == "cannot read .: it is a folder"
    assert "cannot read" in refusal(tmp_path / ("x" * 5000 + ".toml"))
    assert "there is no scene" in refusal("x" * 5000)
    assert "cannot read" in refusal("a\0b.toml")
    assert "no such file" in refusal(tmp_path / "a\nb.toml")


@posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_a_device_is_not_read(device: str) -> None:
    if Path(device).is_file():
        pytest.skip("no device here")
    assert "it is not an ordinary file" in refusal(device) or "cannot read" in refusal(device)


@posix
def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    assert refusal(path).endswith("it is not an ordinary file")


@posix
def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.toml"
    path.write_text(GOOD, encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sim.base.files.os.open", refuse)
    assert refusal(path) == f"cannot read {path}: permission denied"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("himelblau", 'there is no scene "himelblau"; did you mean himmelblau?'),
        ("LOCAL-MINIMUM", 'there is no scene "LOCAL-MINIMUM"; did you mean local-minimum?'),
        ("Local minimum", "did you mean local-minimum?"),
        ("xyzzy", f'there is no scene "xyzzy"; there are {OPENING}, '),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, words: str) -> None:
    assert words in refusal(name)


# Anything at all: a scene, or a sentence.

SCALARS = st.one_of(
    st.booleans(),
    st.integers(-3, 30),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
    st.datetimes(),
    st.sampled_from(["full", "momentum", "adam", "landscape", "himmelblau", "shifted", "tilted", "stuck"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case str():
            escapes = (f"\\U{ord(c):08x}" if not c.isprintable() or c in '"\\' else c for c in value)
            return f'"{"".join(escapes)}"'
        case list() | tuple():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{toml(key)} = {toml(item)}' for key, item in value.items())} }}"
    raise TypeError(value)


def document(table: dict[str, Any]) -> str:
    return "\n".join(f"{toml(key)} = {toml(value)}" for key, value in table.items())


def good_table() -> dict[str, Any]:
    return {
        "title": "A scene",
        "look": "Look here.",
        "seed": 3,
        "updates": 50,
        "start": [-1.0, 0.5],
        "window": [[-3.0, 3.0], [-2.0, 2.0]],
        "surface": {
            "kind": "landscape",
            "bowl": {"center": [1.0, 0.0], "curvature": [0.2, 0.3]},
            "wells": [{"center": [-1.0, 0.0], "depth": 0.7, "width": 0.4}],
        },
        "examples": {"kind": "shifted", "count": 12, "sigma": 0.1, "test_shift": [0.1, 0.1]},
        "lane": {
            "full batch": {
                "rule": "momentum",
                "learning_rate": 0.1,
                "batch_size": "full",
                "claim": {"verdict": "stuck", "events": ["escaped"]},
            },
            "minibatch": {"rule": "gradient descent", "learning_rate": 0.2, "batch_size": 3},
        },
        "caption": [{"on": "update", "update": 3, "lane": "minibatch", "text": "Look.", "zh": "看。"}],
        "question": {"text": "Which?", "answer": ["minibatch"]},
        "zh": {"title": "场景", "lane": {"minibatch": "小批量"}},
    }


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a table."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in items for found in [(*path, key), *places(item, (*path, key))]]


def put(value: object) -> Callable[[Any, Any], None]:
    return lambda parent, key: parent.__setitem__(key, value)


def drop(parent: Any, key: Any) -> None:
    del parent[key]


def add(value: object) -> Callable[[Any, Any], None]:
    """Put something new beside."""

    def change(parent: Any, _: Any) -> None:
        if isinstance(parent, list):
            parent.append(value)
        else:
            parent["new"] = value

    return change


CHANGES = st.one_of(VALUES.map(put), VALUES.map(put), st.just(drop), VALUES.map(add))


def scene_or_sentence(text: str) -> None:
    try:
        scene = parse_scene(text, "any")
    except SceneError as error:
        sentence = str(error)
    else:
        hash(scene)
        sentence = scene.texts("zh").look
        assert scene.window.contains(np.array(scene.start))
    assert sentence.isprintable()
    assert 0 < len(sentence) < 3000


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
@given(st.data())
def test_a_good_scene_with_something_changed(data: st.DataObject) -> None:
    table = good_table()
    for _ in range(data.draw(st.integers(1, 3))):
        *above, key = data.draw(st.sampled_from(places(table)))
        parent: Any = table
        for step in above:
            parent = parent[step]
        data.draw(CHANGES)(parent, key)
    scene_or_sentence(document(table))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from([*good_table(), "other", ""]), VALUES, max_size=9))
def test_any_table(table: dict[str, object]) -> None:
    scene_or_sentence(document(table))


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=60) | st.text(alphabet="[]{}=.,\"'#\n a1", max_size=60))
def test_any_text(text: str) -> None:
    scene_or_sentence(text)


def test_the_table_that_is_changed_is_a_good_one() -> None:
    assert parse_scene(document(good_table()), "good").title == "A scene"
