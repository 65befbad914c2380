"""Numbers that follow another one in a sweep."""

import pytest

from sim.scene import SceneError, load_scene
from sim.study.sweep.settings import over
from sim.study.sweep.sweep import plan
from sim.study.sweep.ties import tie

SIZES = "lane.minibatch.batch_size=1,2,5,full"
LINEAR = "lane.minibatch.learning_rate~lane.minibatch.batch_size"


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        (LINEAR, [0.15, 0.3, 0.75, 3.0]),
        (LINEAR.replace("~", " ∝ "), [0.15, 0.3, 0.75, 3.0]),
        (f"{LINEAR}^0.5", [0.15, 0.2121320344, 0.3354101966, 0.6708203932]),
        (f"{LINEAR}^-1", [0.15, 0.075, 0.03, 0.0075]),
    ],
)
def test_a_learning_rate_goes_with_the_batch_size(text: str, rates: list[float]) -> None:
    sweep = plan(load_scene("local-minimum"), [over(SIZES)], 10, ties=[tie(text)])
    assert [point.scene.lanes[1].batch_size for point in sweep.points] == [1, 2, 5, 20]
    assert [point.scene.lanes[1].rule.learning_rate for point in sweep.points] == pytest.approx(rates, rel=1e-9)
    assert all(point.scene.lanes[0] == sweep.scene.lanes[0] for point in sweep.points)
    assert "".join(sweep.description()["ties"]).startswith("lane.minibatch.learning_rate ∝ lane.minibatch.batch_size")


def test_every_lane_may_follow_and_whole_numbers_stay_whole() -> None:
    ties = [tie("lane.*.learning_rate~examples.sigma"), tie("updates~examples.sigma^-1")]
    sweep = plan(load_scene("local-minimum"), [over("examples.sigma=0.2,0.3")], 10, ties=ties)
    later = sweep.points[1].scene
    assert [lane.rule.learning_rate for lane in later.lanes] == pytest.approx([0.225] * 3)
    assert later.updates == 267
    assert all(sweep.touches(lane) for lane in sweep.lanes)


def test_the_lanes_that_follow_are_touched() -> None:
    sweep = plan(
        load_scene("local-minimum"),
        [over("lane.minibatch.batch_size=1,2")],
        10,
        ties=[tie("lane.momentum.decay~lane.minibatch.batch_size^-1")],
    )
    assert [name for name in sweep.lanes if sweep.touches(name)] == ["minibatch", "momentum"]


def test_without_a_tie_what_is_kept_is_told_as_ever() -> None:
    assert "ties" not in plan(load_scene("local-minimum"), [over(SIZES)], 10).description()


@pytest.mark.parametrize("text", ["", "a", "a~", "~a", "a~b^", "a~b^x", "a=b", "a~b~c", "a~b^2~c"])
def test_what_is_no_tie_is_said_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="must be PATH~PATH"):
        tie(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lane.minibatch.learning_rate~lane.minibatch.batch_size^1e9", "is no number that can be used"),
        ("lane.minibatch.learning_rate~examples.sigma", "examples.sigma is not swept"),
        ("lane.minibatch.batch_size~lane.minibatch.batch_size", "is swept itself"),
        ("lane.minibatch.learning_rate~lane.*.learning_rate", "is several numbers"),
        ("seed~lane.minibatch.batch_size", "seed cannot follow"),
        ("lane.minibatch.lr~lane.minibatch.batch_size", "did you mean lane.minibatch.learning_rate"),
        ("lane.minibatch.learning_rate~lane.minibatch.batch", "did you mean lane.minibatch.batch_size"),
        ("lane.minibatch.sampling~lane.minibatch.batch_size", "cannot be in proportion to anything"),
        ("lane.minibatch.learning_rate~lane.minibatch.sampling", "is not swept"),
        ("lane.momentum.decay~lane.minibatch.batch_size", "must be less than 1"),
    ],
)
def test_what_cannot_follow_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SceneError, match=sentence):
        plan(load_scene("local-minimum"), [over(SIZES)], 10, ties=[tie(text)])


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ("examples.sigma=0,0.2", "lane.minibatch.learning_rate~examples.sigma^-1"),
        ("start[0]=-1,1", "lane.minibatch.learning_rate~start[0]^0.5"),
    ],
)
def test_a_power_that_is_no_number_is_a_sentence(values: str, text: str) -> None:
    with pytest.raises(SceneError, match="is no number that can be used"):
        plan(load_scene("local-minimum"), [over(values)], 10, ties=[tie(text)])


def test_a_number_follows_one_other_only() -> None:
    with pytest.raises(SceneError, match=r"is tied already, by .*batch_size$"):
        plan(load_scene("local-minimum"), [over(SIZES)], 10, ties=[tie(LINEAR), tie(f"{LINEAR}^2")])
