"""Any number of a scene is found by its path, and set only to what a scene may have."""

import pytest

from sim.base.languages import TRANSLATIONS
from sim.descent.examples.recipes import ShiftedExamples
from sim.descent.rules.plain.momentum import Momentum
from sim.scene import Scene, SceneError, load_scene, scene_files
from sim.scene.words import path_text
from sim.study.sweep.settings import (
    FULL,
    MOST_VALUES,
    Over,
    Parameter,
    over,
    parameter,
    scene_with,
    tables_of,
    value_text,
)
from sim.surface.functions.gaussian import Landscape

SCENE = load_scene("local-minimum")
TABLES = tables_of(SCENE)


def found(text: str) -> Parameter:
    return parameter(over(text), TABLES)


def changed(text: str) -> Scene:
    """The scene with the first of the values."""
    number = found(text)
    return scene_with(TABLES, "changed", [(number, number.values[0])])


def test_words_in_any_language_decide_nothing() -> None:
    assert SCENE.translations
    assert not TABLES.keys() & {"caption", "question", *TRANSLATIONS}


# Paths.


def test_each_kind_of_number_is_set_where_it_belongs() -> None:
    assert changed("lane.minibatch.batch_size=3").lanes[1].batch_size == 3
    assert changed('lane."full batch".learning_rate=0.25').lanes[0].rule.learning_rate == 0.25
    assert changed("updates=7").updates == 7
    assert changed("start[0]=-3").start == (-3.0, -0.6)
    assert changed("window[1][0]=-2").window.y0 == -2.0
    examples = changed("examples.sigma=0.5").examples
    assert isinstance(examples, ShiftedExamples)
    assert examples == ShiftedExamples(0.5, 20, (0.1, 0.1))
    surface = changed("surface.wells[1].depth=0.5").surface
    assert isinstance(surface, Landscape)
    assert [well.depth for well in surface.wells] == [0.7, 0.5]


def test_nothing_else_is_changed() -> None:
    again = scene_with(TABLES, SCENE.name, [])
    assert again.lanes == SCENE.lanes
    assert again.problem() is SCENE.problem()
    assert (again.start, again.updates, again.title) == (SCENE.start, SCENE.updates, SCENE.title)
    changed("start[0]=-3")
    assert tables_of(SCENE) == TABLES


@pytest.mark.parametrize(
    "text",
    [
        'lane."full batch".learning_rate=1',
        "lane.'full batch'.learning_rate=1",
        "lane.full batch.learning_rate=1",  # What is left of the first one behind a shell.
        ' lane . "full batch" . learning_rate = 1',
    ],
)
def test_a_path_may_be_quoted_as_in_a_file(text: str) -> None:
    assert found(text).paths == (("lane", "full batch", "learning_rate"),)
    assert found(text).name == 'lane."full batch".learning_rate'


def test_a_quoted_key_may_hold_any_character() -> None:
    scene = load_scene("ravine")
    number = parameter(over('lane."descent, η = 0.036".learning_rate=0.01'), tables_of(scene))
    assert scene_with(tables_of(scene), "x", [(number, 0.01)]).lanes[0].rule.learning_rate == 0.01
    assert over(r'a."\"\\".b=1').steps == ("a", '"\\', "b")


def test_a_star_stands_for_every_one_that_has_it() -> None:
    assert [lane.rule.learning_rate for lane in changed("lane.*.learning_rate=0.02").lanes] == [0.02] * 3
    scene = changed("lane.*.decay=0.5")
    assert isinstance(scene.lanes[2].rule, Momentum)
    assert scene.lanes[2].rule.decay == 0.5
    surface = changed("surface.wells[*].width=0.3").surface
    assert isinstance(surface, Landscape)
    assert [well.width for well in surface.wells] == [0.3, 0.3]
    assert found("lane.*.learning_rate=1").name == "lane.*.learning_rate"
    assert found("surface.wells[*].width=1").name == "surface.wells[*].width"


@pytest.mark.parametrize("name", scene_files())
def test_every_number_of_every_scene_is_found_by_the_path_that_messages_write(name: str) -> None:
    tables = tables_of(load_scene(name))

    def numbers(here: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        items = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        is_number = isinstance(here, int | float) or path[-1:] == ("batch_size",)
        return [path] if is_number else [each for key, item in items for each in numbers(item, (*path, key))]

    known = [path for path in numbers(tables, ()) if path[0] not in ("seed", "machine", "view")]
    assert len(known) > 10
    for path in known:
        assert parameter(over(f"{path_text(*path)}=1"), tables).paths == (path,)


# Values.


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("lane.minibatch.batch_size=1,2,4,5,10,20", (1, 2, 4, 5, 10, 20)),
        ("lane.minibatch.batch_size=1, full", (1, FULL)),
        ("lane.minibatch.batch_size=log:1:20:6", (1, 2, 3, 6, 11, 20)),
        ("lane.minibatch.batch_size=log:1:4:9", (1, 2, 3, 4)),
        ("examples.count=linear:10:20:5,1e3", (10, 12, 15, 18, 20, 1000)),
        ("lane.minibatch.learning_rate=log:0.01:1:3", (0.01, 0.1, 1.0)),
        ("lane.momentum.decay=linear:0:0.9:10", (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
        ("start[0]=-1,.5,+2.,1e-1,-1", (-1.0, 0.5, 2.0, 0.1)),
        ("examples.sigma=linear:0.4:0:3", (0.4, 0.2, 0.0)),
    ],
)
def test_values(text: str, values: tuple[object, ...]) -> None:
    number = found(text)
    assert number.values == values
    assert list(map(type, number.values)) == list(map(type, values))


def test_it_is_known_whether_they_are_at_equal_ratios() -> None:
    assert found("lane.minibatch.learning_rate=log:0.01:1:3").log
    assert not found("lane.minibatch.learning_rate=linear:0.01:1:3").log
    assert not found("lane.minibatch.learning_rate=0.01,0.1,1").log


def test_a_full_batch_grows_with_the_examples() -> None:
    scene = changed("examples.count=40")
    assert [lane.batch_size for lane in scene.lanes] == [40, 1, 40]
    assert changed("lane.minibatch.batch_size=full").lanes[1].batch_size == 20


def test_what_was_typed_is_a_value() -> None:
    assert over("a.b[0]=1,full") == Over("a.b[0]", ("a", "b", 0), (1, FULL))


# Mistakes.


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lane.minibach.batch_size=1", "there is no number .*; did you mean lane.minibatch.batch_size"),
        ('lane."full bach".learning_rate=1', 'no number .*; did you mean lane."full batch".learning_rate'),
        ("surface.wells[2].depth=1", r"no number .*; did you mean surface\.wells\[[01]\]\.depth"),
        ("surface.well[0].depth=1", r"no number .*did you mean surface\.wells\[0\]\.depth"),
        ("lane=1", "there is no number"),
        ("lane.*=1", "there is no number"),
        ("title=1", "there is no number"),
        ("surface.kind=1", "there is no number"),
        ("lane.minibatch.decay=1", "no number .*; did you mean lane.momentum.decay"),
        ("machine.*.width=1", "there is no number"),
        ("seed=1,2", "seed cannot be swept"),
        ("view.tilt=30,44", "view.tilt cannot be swept: it makes no difference to the marbles"),
        ("machine.width=1,8", "machine.width cannot be swept: it makes no difference to the marbles"),
        ("lane.minibatch.batch_size=5,40", "batch_size=40: .* is 40, but there are only 20 examples"),
        ("lane.minibatch.batch_size=0", "batch_size=0: .* must be a whole number from 1 to 1000"),
        ("lane.minibatch.batch_size=2.5", "batch_size=2.5: .* must be a whole number .*, not 2.5"),
        ("examples.count=0.5", "examples.count=0.5: examples.count must be a whole number, not 0.5"),
        ("lane.momentum.decay=0.5,1", "decay=1.0: lane.momentum.decay must be less than 1, not 1.0"),
        ("lane.*.learning_rate=0", "learning_rate=0.0: lane.* must be greater than 0, not 0.0"),
        ("start[0]=99", r"start\[0\]=99.0: start \[99.0, -0.6\] lies outside the window"),
        ("examples.sigma=full", 'examples.sigma must be a number, not "full"'),
        (f"examples.sigma={','.join(map(str, range(MOST_VALUES + 1)))}", f"has 201 values, more than {MOST_VALUES}"),
        ("x", "must be PATH=VALUES, such as"),
        ("=1", "must be PATH=VALUES"),
        ("a..b=1", "must be PATH=VALUES"),
        ("a[x]=1", r"a place from 0 on in its brackets, or \*, such as start\[0\], not 'a\[x\]=1'"),
        ("start[-1]=1", r"must have a place from 0 on in its brackets, .*, not 'start\[-1\]=1'"),
        ("window[0][-1]=1", "must have a place from 0 on in its brackets"),
        ('a."b=1', "must be PATH=VALUES"),
        ("a]=1", "must be PATH=VALUES"),
        (r'a."\q"=1', "unknown escape"),
        ("a=", "must have values that are numbers, .*, not ''"),
        ("a=1,,2", "must have values that are numbers"),
        ("a=nan", "must have values that are numbers"),
        ("a=1e999", "must have values that are numbers"),
        ("a=__import__('os')", "must have values that are numbers"),
        ("a=log:0:1:3", "both ends of a log range above 0"),
        ("a=log:-1:1:3", "both ends of a log range above 0"),
        ("a=linear:1e308:-1e308:9", r"both ends of a range from -1e\+16 to 1e\+16, not 'linear:1e308:-1e308:9'"),
        ("a=log:1:99999999999999999:9", r"both ends of a range from -1e\+16 to 1e\+16"),
        ("a=linear:0:1:1", f"from 2 to {MOST_VALUES} values in a range, not 1"),
        ("a=linear:0:1:1000000000", f"from 2 to {MOST_VALUES} values in a range, not 1,000,000,000"),
        ("a=linear:0:1:99999", f"from 2 to {MOST_VALUES} values in a range, not 99,999"),
        ("a=linear:0:1", "must have values that are numbers, log:FIRST:LAST:COUNT"),
        ("a=log:x:1:2", "must have values that are numbers"),
    ],
)
def test_mistakes_say_what_would_be_right_before_anything_runs(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:  # noqa: PT012  Which of them it is, makes no difference.
        number = found(text)
        for value in number.values:
            scene_with(TABLES, "changed", [(number, value)])
    assert str(caught.value).isprintable()


def test_mistakes_about_a_scene_are_scene_errors() -> None:
    with pytest.raises(SceneError):
        changed("updates=0")
    with pytest.raises(SceneError):
        found("nothing=0")


def test_a_very_long_number_is_told_in_few_digits() -> None:
    assert value_text(10**300) == "1e+300"
    assert [value_text(value) for value in (1_000_000, 0.5, "full", True)] == ["1000000", "0.5", "full", "True"]
