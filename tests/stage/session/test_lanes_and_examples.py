"""Changing a scene by hand, without a window."""

from dataclasses import replace
from typing import Any, cast

import pytest
from messages import after

from sim.descent.examples.recipes import MOST_EXAMPLES
from sim.descent.rules import RULES, rule_name
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import MOST_RATE
from sim.scene import MOST_LANES, load_scene
from sim.scene.reading import Saved, parse_saved
from sim.scene.saving import saved_text
from sim.stage.picture.races import race
from sim.stage.session.lanes import (
    AddLane,
    ChooseRule,
    DuplicateLane,
    NameLane,
    NextLane,
    NextRule,
    RemoveLane,
    ScaleBatchSize,
    ScaleLearningRate,
    SelectLane,
    SetBatchSize,
    SetHyperparameter,
    ShiftMomentum,
)
from sim.stage.session.playback import Step
from sim.stage.session.problem import ScaleSigma, SetCount, SetFormula, SetSigma, StepCount
from sim.stage.session.session import Message, Session, begin, changed
from sim.stage.session.view import ShowControls
from sim.stage.style.numbers import short
from sim.surface.protocol import LARGEST


@pytest.fixture
def session() -> Session:
    return after(begin(load_scene("local-minimum")), Step(30))


def test_a_change_keeps_the_tick_and_the_seed(session: Session) -> None:
    there = after(session, SelectLane(1), SetHyperparameter("learning_rate", 0.2))
    assert there.tick == 30
    assert there.scene.seed == session.scene.seed
    assert there.scene.lanes[1].rule.learning_rate == 0.2
    assert there.scene.lanes[0] == session.scene.lanes[0]
    assert race(there.scene) is not race(session.scene)


def test_changing_back_gives_the_same_race(session: Session) -> None:
    there = after(session, SetHyperparameter("learning_rate", 0.2), SetHyperparameter("learning_rate", 0.15))
    one, other = race(there.scene), race(replace(session.scene, claims=(None,) * 3))
    assert one is other


@pytest.mark.parametrize("name", RULES)
def test_another_rule_keeps_what_it_shares(session: Session, name: str) -> None:
    there = after(session, SelectLane(2), ChooseRule(name))
    rule = there.scene.lanes[2].rule
    assert rule_name(rule) == name
    assert rule.learning_rate == 0.15
    if name == "nesterov":
        assert getattr(rule, "decay") == 0.9  # noqa: B009  Not every rule has it.


def test_weight_decay_of_a_rule_is_not_that_which_is_an_option_of_another(session: Session) -> None:
    """Else AdamW would be Adam for whoever comes from there."""
    adam = after(session, ChooseRule("adam"), SetHyperparameter("clip_norm", 2.0))
    adamw = after(adam, ChooseRule("adamw"))
    assert adamw.scene.lanes[0].rule == AdamW(adam.scene.lanes[0].rule.learning_rate, clip_norm=2.0)
    decayed = after(adamw, SetHyperparameter("weight_decay", 0.5))
    assert getattr(after(decayed, ChooseRule("lion")).scene.lanes[0].rule, "weight_decay") == 0.5  # noqa: B009
    back = after(decayed, ChooseRule("momentum"))
    assert getattr(back.scene.lanes[0].rule, "weight_decay") == 0  # noqa: B009
    plain = after(back, SetHyperparameter("weight_decay", 0.25), ChooseRule("rmsprop"))
    assert getattr(plain.scene.lanes[0].rule, "weight_decay") == 0.25  # noqa: B009


def test_rules_go_round(session: Session) -> None:
    assert after(session, *[NextRule()] * len(RULES)).scene.lanes == session.scene.lanes


def test_a_hyperparameter_that_the_rule_has_not_changes_nothing(session: Session) -> None:
    assert after(session, SetHyperparameter("decay", 0.5)).scene == session.scene
    assert after(session, ShiftMomentum(0.1)).scene == session.scene


def test_momentum_stays_below_one(session: Session) -> None:
    rule = after(session, SelectLane(2), *[ShiftMomentum(0.05)] * 9).scene.lanes[2].rule
    assert isinstance(rule, Momentum)
    assert 0.95 < rule.decay < 1
    rule = after(session, SelectLane(2), *[ShiftMomentum(-0.05)] * 40).scene.lanes[2].rule
    assert isinstance(rule, Momentum)
    assert rule.decay == 0


def test_learning_rates_stay_positive_and_finite(session: Session) -> None:
    for factor in (1e-4, 1e4):
        rate = after(session, *[ScaleLearningRate(factor)] * 9).scene.lanes[0].rule.learning_rate
        assert 0 < rate <= MOST_RATE


@pytest.mark.parametrize("rate", [1e-12, 5e-7, 1e-3, 2000.0, 1e5, MOST_RATE])
def test_a_smaller_rate_is_never_larger_and_a_larger_one_never_smaller(session: Session, rate: float) -> None:
    begun = after(session, SetHyperparameter("learning_rate", rate))
    smaller, larger = (
        after(begun, ScaleLearningRate(factor)).scene.lanes[0].rule.learning_rate for factor in (1 / 1.25, 1.25)
    )
    assert smaller <= rate <= larger
    assert smaller < larger


def test_batches_stay_between_one_and_all(session: Session) -> None:
    assert after(session, SetBatchSize(0)).scene.lanes[0].batch_size == 1
    assert after(session, SetBatchSize(99)).scene.lanes[0].batch_size == 20
    assert after(session, SelectLane(1), ScaleBatchSize(2)).scene.lanes[1].batch_size == 2
    assert after(session, SelectLane(1), ScaleBatchSize(0.5)).scene.lanes[1].batch_size == 1


def test_lanes_come_and_go_within_bounds(session: Session) -> None:
    full = after(session, *[DuplicateLane()] * 9)
    assert len(full.scene.lanes) == MOST_LANES
    assert full.notice
    assert len({lane.name for lane in full.scene.lanes}) == MOST_LANES
    one = after(full, *[RemoveLane()] * 9)
    assert len(one.scene.lanes) == 1
    assert one.lane == 0
    assert one.notice
    added = after(session, AddLane())
    assert added.lane == 3
    assert added.scene.lanes[3].batch_size == 20
    assert len(added.scene.claims) == 4


def test_fewer_examples_than_a_batch(session: Session) -> None:
    there = after(session, SelectLane(1), SetBatchSize(10), SetCount(5))
    assert [lane.batch_size for lane in there.scene.lanes] == [5, 5, 5]
    assert "minibatch" in there.notice
    more = after(session, SetCount(40))
    assert [lane.batch_size for lane in more.scene.lanes] == [40, 1, 40]


def batches(session: Session) -> list[tuple[str, int]]:
    return [(lane.name, lane.batch_size) for lane in session.scene.lanes]


@pytest.mark.parametrize("scene", ["local-minimum", "batch-ladder", "adaptive-rules", "twenty-against-one"])
def test_batches_and_names_for_which_there_were_too_few_examples_come_back(scene: str) -> None:
    """However few there were in between; a scene that has come back to what it was has not changed."""
    begun = begin(load_scene(scene))
    there, count = begun, begun.scene.examples.count
    for few in (10, 5, 2, 1, 2, 4, 16):
        there = after(there, SetCount(few))
        assert all(1 <= lane.batch_size <= few for lane in there.scene.lanes)
        assert len({lane.name for lane in there.scene.lanes}) == len(there.scene.lanes)
        assert parse_saved(saved_text(Saved(there.scene)), there.scene.name).scene.lanes == there.scene.lanes
    assert batches(after(there, SetCount(count))) == batches(begun)
    assert not changed(after(there, SetCount(count)))


def test_only_full_batches_grow_with_the_number_of_examples() -> None:
    begun = begin(load_scene("batch-ladder"))
    there = after(begun, *[StepCount(-1)] * 4)
    assert batches(there) == [("B = 1", 1), ("B = 1 (2)", 1), ("B = 1 (3)", 1), ("B = 1 (4)", 1)]
    assert batches(after(there, StepCount(1))) == [("B = 1", 1), ("B = 2", 2), ("B = 2 (2)", 2), ("B = 2 (3)", 2)]
    more = after(there, *[StepCount(1)] * 6)
    assert batches(more) == [("B = 1", 1), ("B = 2", 2), ("B = 5", 5), ("B = 100", 100)]


def test_a_batch_that_is_set_while_there_are_few_examples_is_what_is_asked_for(session: Session) -> None:
    few = after(session, SelectLane(1), SetBatchSize(10), SetCount(5))
    assert batches(after(few, SetBatchSize(3), SetCount(20)))[1] == ("minibatch", 3)
    assert batches(after(few, SetBatchSize(3), SetBatchSize(5), SetCount(20)))[1] == ("full batch (2)", 20)
    assert batches(after(few, ChooseRule("adam"), SetCount(20)))[1] == ("Adam", 10)
    assert batches(after(few, NameLane("mine"), SetCount(20)))[1] == ("mine", 10)
    assert batches(after(few, SelectLane(0), NameLane("minibatch"), SetCount(20)))[1] == ("minibatch (2)", 10)


def test_lanes_that_come_and_go_while_there_are_few_examples_leave_the_others_their_batches(session: Session) -> None:
    few = after(session, SelectLane(1), SetBatchSize(10), SetCount(5))
    copied = after(few, DuplicateLane(), SelectLane(0), RemoveLane(), SetCount(20))
    assert batches(copied) == [("minibatch", 10), ("momentum", 20), ("minibatch (2)", 10)]
    assert batches(after(few, AddLane(), SetCount(20)))[-1][1] == 20
    assert batches(after(few, *[AddLane()] * 9, SetCount(20)))[1] == ("minibatch", 10)


def test_a_batch_for_which_a_surface_of_ones_own_has_too_few_examples_comes_back() -> None:
    measured = after(begin(load_scene("stopping-distances")), SelectLane(1), SetBatchSize(24))
    own = after(measured, SetFormula("x^2 + y^2"))
    assert own.scene.lanes[1].batch_size == own.scene.examples.count < 24
    assert after(own, SetCount(40)).scene.lanes[1].batch_size == 24


def test_sigma_and_count_are_bounded(session: Session) -> None:
    assert getattr(after(session, SetSigma(-1)).scene.examples, "sigma") == 0  # noqa: B009
    assert getattr(after(session, *[ScaleSigma(0.5)] * 9).scene.examples, "sigma") == 0  # noqa: B009
    assert getattr(after(session, SetSigma(0), ScaleSigma(2)).scene.examples, "sigma") > 0  # noqa: B009
    assert after(session, *[StepCount(-1)] * 9).scene.examples.count == 1
    assert after(session, *[StepCount(1)] * 99).scene.examples.count == MOST_EXAMPLES


@pytest.mark.parametrize(
    ("lane", "before", "key", "told"),
    [
        (0, [], ScaleBatchSize(2), "B = 20: the keys go no further."),
        (1, [SetBatchSize(15)], ScaleBatchSize(2), "B = 20: the keys go no further."),
        (1, [], ScaleBatchSize(0.5), "B = 1: the keys go no further."),
        (0, [], ShiftMomentum(0.05), "This lane's rule has no share of the past to set."),
        (
            2,
            [ShiftMomentum(1), ShiftMomentum(-0.05), ShiftMomentum(0.05)],
            ShiftMomentum(0.05),
            "λ = 0.999: the keys go no further.",
        ),
        (2, [ShiftMomentum(-1)], ShiftMomentum(-0.05), "λ = 0: the keys go no further."),
        (0, [ScaleLearningRate(1e-12)], ScaleLearningRate(0.8), "η = 1e−09: the keys go no further."),
        (0, [ScaleLearningRate(1e12)], ScaleLearningRate(1.25), f"η = {short(MOST_RATE)}: the keys go no further."),
        (0, [SetSigma(0)], ScaleSigma(0.8), "σ = 0: the keys go no further."),
        (0, [SetSigma(1e9)], ScaleSigma(1.25), f"σ = {short(LARGEST)}: the keys go no further."),
        (0, [SetCount(1)], StepCount(-1), "N = 1: the keys go no further."),
        (0, [SetCount(MOST_EXAMPLES)], StepCount(1), f"N = {short(MOST_EXAMPLES)}: the keys go no further."),
    ],
)
def test_a_key_that_goes_no_further_says_so(
    session: Session, lane: int, before: list[Message], key: Message, told: str
) -> None:
    there = after(session, SelectLane(lane), *before)
    assert after(there, key).notice == told
    assert key == ScaleBatchSize(2) or after(there, key).scene == there.scene


@pytest.mark.parametrize(
    ("language", "told", "alike"),
    [
        ("en", "σ = 0.25: how much examples differ", "σ = 0: all examples are alike"),
        ("de", "σ = 0.25: wie verschieden die Beispiele sind", "σ = 0: alle Beispiele sind gleich"),
        ("zh", "σ = 0.25：样本相差多少", "σ = 0：所有样本都一样"),
    ],
)
def test_a_key_that_changes_how_much_examples_differ_says_how_much_that_is_now(
    session: Session, language: str, told: str, alike: str
) -> None:
    there = after(replace(session, language=language), SetSigma(0.2), ScaleSigma(1.25))
    assert there.notice == told
    assert after(there, SetSigma(0.01), ScaleSigma(0.8)).notice == alike


def test_beyond_its_limits_no_key_goes_back(session: Session) -> None:
    """A scene file may be beyond what keys reach."""
    lane = session.scene.lanes[2]
    far = replace(lane, rule=replace(lane.rule, decay=0.9999))
    there = replace(session, scene=replace(session.scene, lanes=(*session.scene.lanes[:2], far)), lane=2)
    told = after(there, ShiftMomentum(0.05))
    assert told.scene == there.scene
    assert "the keys go no further" in told.notice


def test_keys_go_their_usual_way_from_any_value_that_a_scene_may_have(session: Session) -> None:
    lane, examples = session.scene.lanes[2], cast(Any, session.scene.examples)
    far = replace(lane, rule=replace(lane.rule, decay=0.9999, learning_rate=1e-12))
    scene = replace(session.scene, examples=replace(examples, sigma=5000.0), lanes=(*session.scene.lanes[:2], far))
    there = replace(session, scene=scene, lane=2)
    for factor, sigma in ((0.8, 4000.0), (1.25, 6200.0)):
        assert cast(Any, after(there, ScaleSigma(factor)).scene.examples).sigma == sigma
    assert cast(Any, after(there, ShiftMomentum(-0.05)).scene.lanes[2].rule).decay == 0.95
    assert after(there, ScaleLearningRate(1.25)).scene.lanes[2].rule.learning_rate == 1.2e-12


def test_who_has_all_examples_by_a_smaller_count_is_named(session: Session) -> None:
    told = after(session, SelectLane(1), SetBatchSize(10), SetCount(10))
    assert told.scene.lanes[1].batch_size == 10
    assert told.notice.startswith("With 10 examples, each batch holds all of them: ")


@pytest.mark.parametrize("name", ["batch-ladder", "thousand-examples", "own"])
def test_each_step_down_with_the_number_of_examples_can_be_gone_up_again(name: str) -> None:
    scene = load_scene("batch-ladder" if name == "own" else name)
    if name == "own":
        scene = replace(scene, examples=replace(cast(Any, scene.examples), count=37))
    there, counts = begin(scene), list[int]()
    while not there.notice.endswith("no further."):
        counts.append(there.scene.examples.count)
        there = after(there, StepCount(-1))
    assert set(counts) <= {1, 2, 5, 10, 20, 37, 50, 100, 200, 500, 1000}
    assert counts[-1] == 1
    for count in counts[-2::-1]:
        there = after(there, StepCount(1))
        assert there.scene.examples.count == count
    assert batches(there) == batches(begin(scene))
    assert not changed(there)


def test_what_becomes_of_batches_is_told_both_ways() -> None:
    few = after(begin(load_scene("batch-ladder")), StepCount(-1), StepCount(-1))
    assert few.notice == "With 5 examples, each batch holds all of them: B = 5."
    assert after(few, StepCount(1)).notice == "With 10 examples, batches are as they were: B = 5."
    assert after(few, StepCount(-1), StepCount(-1)).notice == "With a single example, each batch is that one: B = 1."
    german = after(replace(begin(load_scene("local-minimum")), language="de"), SelectLane(1), SetBatchSize(2))
    assert (
        after(german, SetCount(2)).notice == "Bei 2 Beispielen enthält jeder Batch alle: Minibatch → voller Batch (2)."
    )


def test_what_was_measured_is_not_changed() -> None:
    session = begin(load_scene("stopping-distances"))
    for message in (SetSigma(1.0), ScaleSigma(2), SetCount(5), StepCount(1)):
        there = after(session, message)
        assert there.scene == session.scene
        assert there.notice


def test_a_key_that_turns_to_a_lane_says_to_which_unless_the_controls_show_it(session: Session) -> None:
    there = after(session, NextLane(2))
    assert (there.lane, there.notice) == (2, "lane: momentum")
    assert after(replace(there, language="de"), NextLane(1)).notice == "Bahn: voller Batch"
    assert after(session, ShowControls(), NextLane(1)).notice == ""


def test_momentum_goes_back_the_way_it_came(session: Session) -> None:
    there = after(session, SelectLane(2), *[ShiftMomentum(0.05)] * 3, *[ShiftMomentum(-0.05)] * 2)
    assert getattr(there.scene.lanes[2].rule, "decay") == getattr(session.scene.lanes[2].rule, "decay") == 0.9  # noqa: B009
