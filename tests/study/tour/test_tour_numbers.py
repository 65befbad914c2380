"""Every number that the tour tells is measured anew: none stands in it that was not computed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import measures
import numpy as np
import pytest
from measures import MEASURED, measured

from sim.base.languages import LANGUAGES
from sim.scene import Scene, SceneError, load_scene
from sim.scene.tour import BLANK, COUNT, MEASURES, SPOKEN, TOUR, Number, Step, the_tour
from sim.stage.style.theme import say
from sim.study.maps.basin_map import basin_map
from sim.study.odds.ends import lane_ends
from sim.study.statistics.end_kind import EndKind
from sim.study.statistics.intervals import Estimate
from sim.study.tour.blanks import first_seed, text_of, told
from sim.study.work.ensemble import Job
from sim.study.work.steps import finished

# Over a number without chance: as many digits of it are written, and a library may round the last ones.
PLAIN = 1e-5
# Of the interval's width: on another processor a few noisy races of a thousand end otherwise.
SAMPLED = 0.25
LAW = "√((N−B)/(N−1))/√B"
"""How a batch's noise goes with its size, where examples are drawn without putting back."""
VALUE = re.compile(r"value = \S+?(, low = \S+, high = \S+?)?(?= \})")
LINE = re.compile(r"(\w+) = \{ measure = .*")


def every() -> Iterator[tuple[int, str, Step, Number]]:
    """All numbers: the step's place, the number's name, the step, the number."""
    for place, step in enumerate(the_tour().step):
        for code, number in step.number.items():
            yield place, code, step, number


def differs(number: Number, found: Estimate) -> bool:
    """Whether a number is not what was measured."""
    if number.low is None or number.high is None:
        return abs(number.value - found.value) > PLAIN * abs(found.value)
    slack = SAMPLED * (found.high - found.low)
    pairs = ((number.value, found.value), (number.low, found.low), (number.high, found.high))
    return any(abs(one - other) > slack for one, other in pairs)


def written(number: Number, found: Estimate) -> str:
    """What was measured, as the file has it."""

    def digits(value: float) -> str:
        return f"{value:.0f}" if number.unit == COUNT else f"{value:.6g}"

    ends = f", low = {digits(found.low)}, high = {digits(found.high)}" if number.seeds else ""
    return f"value = {digits(found.value)}{ends}"


def updated(text: str, found: Mapping[tuple[int, str], str]) -> str:
    """The file with other numbers, by the step's place and the number's name; all else stays as it is."""
    lines, place = text.splitlines(), -1
    for row, line in enumerate(lines):
        place += line == "[[step]]"
        name = LINE.fullmatch(line)
        if name is not None:
            lines[row] = VALUE.sub(found[place, name[1]], line)
    return "\n".join(lines) + "\n"


def test_every_number_of_the_tour_is_what_is_measured(request: pytest.FixtureRequest) -> None:
    found = {(place, code): measured(number, step.scene) for place, code, step, number in every()}
    if request.config.getoption("--update-golden"):
        texts = {(place, code): written(number, found[place, code]) for place, code, _, number in every()}
        TOUR.write_text(updated(TOUR.read_text(encoding="utf-8"), texts), encoding="utf-8")
        the_tour.cache_clear()
    wrong = [f"{place + 1}.{code}" for place, code, _, number in every() if differs(number, found[place, code])]
    assert wrong == [], "measured anew with: python -m pytest tests/study/tour --update-golden"
    assert len(found) > 80


def test_no_number_is_that_of_one_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever draws anew at a step still sees what its numbers are about."""

    def other_seed(name: str) -> Scene:
        scene = load_scene(name)
        return replace(scene, seed=scene.seed + 1)

    monkeypatch.setattr(measures, "load_scene", other_seed)
    plain = [(place, code, step, number) for place, code, step, number in every() if number.seeds is None]
    wrong = [
        f"{place + 1}.{code}" for place, code, step, number in plain if differs(number, measured(number, step.scene))
    ]
    assert wrong == []
    assert len(plain) > 40


def test_a_number_that_is_wrong_is_found() -> None:
    plain = Number(measure="gap", value=0.4455)
    assert not differs(plain, Estimate(0.445501, 0.445501, 0.445501))
    assert differs(plain, Estimate(0.4456, 0.4456, 0.4456))
    sampled = Number(measure="escaped", seeds=1000, value=0.5, low=0.47, high=0.53)
    assert not differs(sampled, Estimate(0.505, 0.475, 0.535))
    assert differs(sampled, Estimate(0.53, 0.5, 0.56))
    assert differs(sampled, Estimate(0.5, 0.47, 0.56))


def test_numbers_are_written_where_they_stand() -> None:
    text = '[[step]]\ntitle = "{n}"\nn = { measure = "gap", value = 0 }\nm = { measure = "gap", low = 1 }\n[[step]]\n'
    text += 'n = { measure = "escaped", seeds = 9, value = 0, low = 0, high = 0 }\n'
    found = {(0, "n"): "value = 1", (0, "m"): "value = 2", (1, "n"): "value = 3, low = 4, high = 5"}
    new = updated(text, found)
    assert new.splitlines()[2] == 'n = { measure = "gap", value = 1 }'
    assert new.splitlines()[5] == 'n = { measure = "escaped", seeds = 9, value = 3, low = 4, high = 5 }'
    assert new.splitlines()[:2] == text.splitlines()[:2]


def test_all_measures_are_known_and_used() -> None:
    assert MEASURED.keys() == MEASURES.keys()
    assert {number.measure for _, _, _, number in every()} == MEASURES.keys()


def test_chance_is_told_where_there_is_some_and_nowhere_else() -> None:
    """A lane that sees all examples needs no seeds; another one's number has them, unless it is exact by itself."""
    exact = {name for name in MEASURES if name.startswith(("noise", "slope", "movements", "serial", "parallel"))}
    exact |= {"batch size", "updates an epoch", "learning rate", "momentum"}
    exact |= {"weight of the last gradient but ten"}
    checked = 0
    for place, code, step, number in every():
        scene = load_scene(number.scene or step.scene)
        lane = next((each for each in scene.lanes if each.name == number.lane), None)
        if lane is None or number.measure in exact or number.measure.startswith("starts"):
            continue
        assert (number.seeds is None) == lane.sees_all(scene.examples.count), f"{place + 1}.{code}"
        checked += 1
    assert checked > 23


def test_no_sentence_has_a_number_of_its_own() -> None:
    """But those of a law, of a key or a scene, and B₁-like subscripts: what is measured stands in a blank."""
    for step in the_tour().step:
        for _, words in (("en", step.words("en")), *step.translations):
            for name in set(SPOKEN) - {"play"}:
                said = BLANK.sub("", getattr(words, name)).replace(LAW, "").replace("√2", "")
                assert not re.search(r"[0-9]", said), said


def test_a_batch_size_of_which_a_number_is_told_is_called_b() -> None:
    for _, code, step, number in every():
        for words in (step.words("en"), *(there for _, there in step.translations)):
            if number.measure == "batch size":
                assert not re.search(rf"(?<!B = ){{{code}}} ?[:：]", words.found), words.found


def test_where_marbles_are_said_to_start_they_do() -> None:
    scene = load_scene("sharp-and-flat")
    problem = scene.problem()
    (owner,) = problem.basins.labels(np.array([scene.start])).tolist()
    sharp = problem.minima[owner]
    assert sharp == min(problem.minima, key=lambda point: point.value)
    assert np.hypot(*np.subtract(sharp.position, scene.start)) > 0.3
    [step] = [each for each in the_tour().step if each.scene == scene.name]
    assert "All start in the basin of the sharp minimum" in step.words("en").asks


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_are_called_in_what_is_to_be_tried_as_they_are_elsewhere(language: str) -> None:
    key = say(language, "Backspace")
    for step in the_tour().step:
        assert ("Backspace" in step.words("en").play) == (key in step.words(language).play), step.words(language).play


def test_numbers_are_told_with_their_intervals() -> None:
    assert text_of(Number(measure="updates an epoch", value=1100)) == "1,100"
    assert text_of(Number(measure="escape update", seeds=9, value=48, low=46, high=51)) == "48 (46 … 51)"
    assert text_of(Number(measure="escaped", value=1.0)) == "100 %"
    assert (
        text_of(Number(measure="gap", seeds=1000, value=0.0433, low=0.0423, high=0.0442)) == "0.0433 (0.0423 … 0.0442)"
    )
    step = the_tour().step[5]
    assert "100.00 % (99.62 … 100.00)" in told(step, "en").found
    assert "100.00 % (99.62 … 100.00)" in told(step, "zh").found
    assert "{" not in "".join(getattr(told(each, "de"), name) for each in the_tour().step for name in SPOKEN)
    assert (step.seeds, first_seed(step)) == (1000, 0)


@pytest.mark.parametrize(
    ("measure", "lane", "problem"),
    [
        ("escaped", None, "a number about local-minimum needs a lane"),
        ("escaped", "minibach", 'local-minimum has no lane "minibach"; did you mean minibatch?'),
        ("escape update", "full batch", "full batch: fewer than half of the seeds escape"),
    ],
)
def test_what_cannot_be_measured_is_named(measure: Any, lane: str | None, problem: str) -> None:
    with pytest.raises(SceneError) as error:
        measured(Number(measure=measure, lane=lane, value=0), "local-minimum")
    assert str(error.value) == problem


# Measures against what is known otherwise.


def of(measure: Any, scene: str, lane: str | None = None, updates: int | None = None) -> float:
    return measured(Number(measure=measure, lane=lane, updates=updates, value=0), scene).value


def test_the_noise_of_step_five_goes_by_the_law_that_it_tells() -> None:
    (step,) = (each for each in the_tour().step if LAW in each.found)
    assert all(LAW in words.found for _, words in step.translations)
    count = load_scene(step.scene).examples.count

    def law(size: float) -> float:
        return float(np.sqrt((count - size) / (count - 1)) / np.sqrt(size))

    for code in ("one", "two", "five", "all"):
        noise, size = step.number[f"noise_{code}"].value, step.number[code].value
        assert noise == pytest.approx(step.number["noise_one"].value * law(size), abs=1e-6)
    assert all(law(size) > np.sqrt(2) * law(2 * size) for size in range(1, count // 2 + 1))


def test_the_curvatures_are_those_of_the_minima() -> None:
    minima = load_scene("sharp-and-flat").problem().minima
    largest = [
        np.linalg.eigvalsh(load_scene("sharp-and-flat").problem().train.hessian(np.array(p.position)))[1]
        for p in minima
    ]
    assert of("curvature of the sharpest minimum", "sharp-and-flat") == pytest.approx(max(largest))
    assert of("curvature of the flattest minimum", "sharp-and-flat") == pytest.approx(min(largest))


def test_a_movement_that_is_no_sum_is_told_from_one() -> None:
    assert of("movements as the sum says", "local-minimum", "momentum") == 1
    assert of("movements as the rule says", "local-minimum", "minibatch") == 1
    assert of("movements as the rule says", "local-minimum", "momentum") < 0.1  # The first movement is.
    assert of("movements as the sum says", "plateau", "momentum") == 1


def test_noise_falls_with_the_root_of_what_is_left_out() -> None:
    one, five = (of("noise at the end", "batch-ladder", f"B = {size}") for size in (1, 5))
    assert one / five == pytest.approx(np.sqrt((20 - 1) / 1 / ((20 - 5) / 5)), rel=1e-6)


def test_machine_time_is_the_clock_s() -> None:
    scene = load_scene("thousand-examples")
    small, large = (of("serial update", "thousand-examples", lane) for lane in ("B = 10", "B = 1000"))
    assert scene.timing("serial").paces[2] == pytest.approx(small / large)
    assert of("parallel epoch", "thousand-examples", "B = 10") == 100 * of(
        "parallel update", "thousand-examples", "B = 10"
    )


@pytest.mark.parametrize("name", ["full batch", "momentum"])
def test_shares_of_starts_agree_with_the_map_of_basins(name: str) -> None:
    scene = load_scene("local-minimum")
    (lane,) = (each for each in scene.lanes if each.name == name)
    found = finished(basin_map(scene.problem(), (60, 100), lane.rule))
    share = measured(
        Number(measure="starts that reach the lowest basin", lane=name, seeds=1000, value=0, low=0, high=0),
        "local-minimum",
    )
    assert share.low < found.share(0) < share.high


def test_seeds_in_a_basin_are_counted_as_the_bars_beside_count_them() -> None:
    """Some wander through the lowest basin when the last update has been made: the bars have them under way."""
    scene = load_scene("batch-ladder")
    alone = replace(scene, lanes=scene.lanes[1:2], claims=(None,), captions=())
    outcomes = Job(alone.experiment, 0, alone.seed, 1000, alone.updates).run()
    bar = lane_ends(outcomes, len(alone.problem().minima), alike=False).parts[0]
    assert (bar.kind, bar.minimum) == (EndKind.MINIMUM, 0)
    assert bar.share.count < np.count_nonzero(outcomes.basins == 0)
    number = Number(measure="in the lowest basin", lane="B = 2", seeds=1000, value=0, low=0, high=0)
    assert measured(number, "batch-ladder") == bar.share.estimate


def test_what_past_gradients_have_in_a_movement_is_that_of_the_race_itself() -> None:
    scene = load_scene("local-minimum")
    race = replace(scene, lanes=scene.lanes[2:]).race()
    race.extend(6)
    before, last = race.tracks[0].movement[4:6]
    share = of("share of past gradients in the movement", "local-minimum", "momentum", updates=6)
    assert share == pytest.approx(0.9 * before @ last / (last @ last))
    assert of("share of past gradients in the movement", "local-minimum", "momentum", updates=1) == pytest.approx(0.0)
