"""The tour as a file: read as safely as a scene, whole in every language, and every mistake in it is named."""

import re
from pathlib import Path

import pytest

from sim.base.languages import TRANSLATIONS
from sim.scene import SceneError, load_scene
from sim.scene.reading import LARGEST_FILE
from sim.scene.tour import SPOKEN, TOUR, blanks, filled, load_tour, parse_tour, the_tour

STEP = """
[[step]]
scene = "ravine"
title = "A ravine"
says = "It has {count} examples."
asks = "How many?"
look = "There."
found = "{count}, and {gap}."
play = "Play."
[step.number]
count = { measure = "examples", value = 20 }
gap = { measure = "gap", lane = "a", seeds = 9, value = 1, low = 0.5, high = 1.5 }
"""
CHINESE = re.compile(r"[一-鿿]")
LESSON = 45  # Minutes,
AROUND = 4  # and how many of them the beginning and the end of a lesson take.


def test_the_tour_has_the_lecture_s_thirteen_claims() -> None:
    steps = the_tour().step
    assert len(steps) == 13
    assert sum(step.minutes for step in steps) == LESSON - AROUND
    assert len({step.title for step in steps}) == len(steps)
    assert all(step.repeat for step in steps)


@pytest.mark.parametrize("place", range(13))
def test_a_step_names_lanes_that_its_scenes_have(place: int) -> None:
    step = the_tour().step[place]
    scene = load_scene(step.scene)
    assert step.lane is None or step.lane in {lane.name for lane in scene.lanes}
    for number in step.number.values():
        lanes = load_scene(number.scene or step.scene).lanes
        assert number.lane is None or number.lane in {lane.name for lane in lanes}
    assert step.update is None or step.update <= scene.updates


@pytest.mark.parametrize("place", range(13))
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_step_says_the_same_in_every_language(place: int, language: str) -> None:
    step = the_tour().step[place]
    english, other = step.words("en"), step.words(language)
    assert language in dict(step.translations)
    for name in SPOKEN:
        one, another = getattr(english, name), getattr(other, name)
        assert blanks(one) == blanks(another), another
        assert one != another or one == "Momentum"
        if name not in ("title", "play"):
            assert another[-1] in {".": ".。", "?": "?？"}[one[-1]], another
        if language == "zh":
            assert CHINESE.search(another), another


@pytest.mark.parametrize("place", range(13))
def test_a_step_tells_every_one_of_its_numbers(place: int) -> None:
    words, numbers = the_tour().step[place].words("en"), the_tour().step[place].number
    assert set().union(*(blanks(getattr(words, name)) for name in SPOKEN)) == numbers.keys()


def test_signs_are_those_of_eigenvalues() -> None:
    """An eigenvector has none: turned round, it is one as well."""
    for step in the_tour().step:
        for words in (step.words("en"), *dict(step.translations).values()):
            said = " ".join(getattr(words, name) for name in SPOKEN)
            assert not re.search(r"(negativ|positiv)\w* eigenve|[正负]特征向量", said, re.IGNORECASE), said


def test_a_step_that_can_be_read() -> None:
    (step,) = parse_tour(STEP).step
    assert (step.scene, step.number["gap"].high, step.seeds, step.speed) == ("ravine", 1.5, 9, 20)
    assert step.words("de").says == "It has {count} examples."
    assert filled(step.words("de").says, {"count": "20"}) == "It has 20 examples."


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"ravine"', '"ravin"', 'step[0].scene names an unknown scene: "ravin"; did you mean ravine?'),
        ("{count} ex", "{counts} ex", 'step[0].says has a blank for an unknown number: "counts"; did you mean count?'),
        ("{count} ex", "{count.real} ex", "step[0].says has a blank for an unknown number"),
        ("{count} ex", "{count ex", "step[0].says has a brace that belongs to no blank, such as {number}"),
        ('"examples"', '"example"', "step[0].number.count.measure must be "),
        ("low = 0.5, ", "", "step[0].number.gap must have seeds, low and high, or none of them"),
        ("seeds = 9, ", "", "step[0].number.gap must have seeds, low and high, or none of them"),
        ("value = 20", "value = inf", "step[0].number.count.value must be a finite number"),
        ('scene = "r', 'colour = "red"\nscene = "r', "step[0].colour is not known here"),
        (
            'scene = "r',
            'clock = "noon"\nscene = "r',
            "step[0].clock must be 'updates', 'epochs', 'serial' or 'parallel'",
        ),
        ('scene = "r', 'focus = [[1.0, 0.0], [0.0, 1.0]]\nscene = "r', "step[0].focus must be [[x0, x1], [y0, y1]]"),
        ('scene = "r', 'view = { kind = "globe" }\nscene = "r', "step[0].view.kind must be 'map' or 'relief'"),
        ('look = "There."\n', "", "step[0].look is missing"),
        ("Play.", "Play\\u0007", "step[0].play must be one line of printable characters"),
        ("Play.", "x" * 301, "step[0].play must have at most 300 characters, not 301"),
        ("count = {", "Count = {", "step[0].number"),
        ("[[step]]", "[[step]", "is not valid TOML: "),
        ("There.", "There\ud7ff.", "step[0].look must be one line of printable characters"),
        ("value = 20", f"value = {'[' * 40}{']' * 40}", "is nested too deeply for a tour"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, problem: str) -> None:
    with pytest.raises(SceneError) as error:
        parse_tour(STEP.replace(old, new, 1))
    assert str(error.value).startswith(problem)


def test_a_translation_is_whole() -> None:
    with pytest.raises(SceneError, match=r"step\[0\]\.de\.says is missing"):
        parse_tour(f'{STEP}[step.de]\ntitle = "Schlucht"\n')
    said = "\n".join(f'{name} = "{{nothing}}"' for name in SPOKEN)
    with pytest.raises(SceneError, match=r"^step\[0\]\.de\.title has a blank for an unknown number"):
        parse_tour(f"{STEP}[step.de]\n{said}\n")


def test_a_file_that_is_no_tour_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "tour.toml"
    for content, problem in (
        (b"\xff", f"{path}: is not a text file in UTF-8"),
        (b"#" * (LARGEST_FILE + 1), f"cannot read {path}: it is larger than a tour can be, 256 kB"),
        (b"", f"{path}: is empty"),
        (b"#", f"{path}: step is missing"),
        (b"step = []", f"{path}: step must have at least 1 item, not 0"),
    ):
        path.write_bytes(content)
        with pytest.raises(SceneError) as error:
            load_tour(path)
        assert str(error.value) == problem
    with pytest.raises(SceneError, match=r"cannot read .*: it is a folder"):
        load_tour(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + TOUR.read_bytes())
    assert load_tour(path) == the_tour()
