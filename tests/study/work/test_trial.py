"""What work will cost is told from a part of it."""

from dataclasses import replace

import pytest

from sim.scene import Scene, load_scene
from sim.study.work import trial
from sim.study.work.ensemble import Job
from sim.study.work.trial import START, Cost, weight


def scene() -> Scene:
    return load_scene("local-minimum")


def jobs(lane: int, count: int, blocks: int = 1, updates: int = 100) -> list[Job]:
    return [Job(scene().experiment, lane, block * count, count, updates) for block in range(blocks)]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Job, float]]:
    """The jobs that were tried, and how long they might be; one second is what a thousand updates of marbles take."""
    some: list[tuple[Job, float]] = []

    def seconds(job: Job, patience: float) -> tuple[float, float]:
        some.append((job, patience))
        return 0.25, job.marble_updates / 1_000

    monkeypatch.setattr(trial, "_tried", seconds)
    return some


def test_all_blocks_of_a_case_cost_what_their_updates_do(tried: list[tuple[Job, float]]) -> None:
    cost = trial.trial({0: jobs(0, 1), 1: [*jobs(1, 50, 4), *jobs(1, 20)]})
    assert cost.jobs == 6
    assert cost.seconds == pytest.approx(0.25 + 0.1 + 0.25 + 4 * 5 + 2)
    assert cost.longest == pytest.approx(0.25 + 5)
    assert sum(patience for _, patience in tried) == pytest.approx(trial.TRIAL)


def test_of_many_cases_some_are_tried_from_the_first_to_the_last(tried: list[tuple[Job, float]]) -> None:
    cases = {case: jobs(1, 10 + case) for case in range(100)}
    cost = trial.trial(cases)
    assert [job.count - 10 for job, _ in tried] == [0, 28, 57, 85, 14, 42, 71, 99, 0]
    assert cost.seconds == pytest.approx(100 * 0.25 + sum((10 + case) / 10 for case in range(100)))
    assert cost.longest == pytest.approx(0.25 + 10.9)


def test_where_trials_take_long_there_are_fewer(
    tried: list[tuple[Job, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1_000, 3))
    monkeypatch.setattr(trial, "perf_counter", lambda: next(clock) * trial.TRIAL)
    trial.trial({case: jobs(1, 10 + case) for case in range(100)})
    assert [job.count - 10 for job, _ in tried] == [0, 0]


def test_who_comes_first_to_a_landscape_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()

    def seconds(job: Job, _: float) -> tuple[float, float]:
        known = job.experiment.surface in seen
        seen.add(job.experiment.surface)
        return (0.0 if known else 0.25), job.marble_updates / 1_000 + (0 if known else 50)

    monkeypatch.setattr(trial, "_tried", seconds)
    first = jobs(1, 10, 20)
    assert trial.trial({0: first, 1: jobs(1, 10)}).seconds == pytest.approx(2 * 0.125 + 21)
    other = [replace(job, experiment=load_scene("egg-box").experiment) for job in jobs(1, 10)]
    seen.clear()
    assert trial.trial({0: jobs(1, 10), 1: other}).seconds == pytest.approx(2 * 0.25 + 2 + 100)


class SlowAtFirst:
    """A run whose first step takes a hundred seconds and a second for each update, as all others do."""

    def __init__(self, *_: object, **__: object) -> None:
        self.clock, self.updates = 0.0, 0

    def extend(self, updates: int) -> None:
        self.clock += updates - self.updates + (0 if self.updates else 100)
        self.updates = updates


def test_what_only_the_first_step_takes_longer_is_not_told_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    run = SlowAtFirst()
    monkeypatch.setattr(trial, "Run", lambda *_, **__: run)
    monkeypatch.setattr(trial, "perf_counter", lambda: run.clock)
    job = replace(jobs(1, 10, updates=100_000)[0], judged=False)
    assert trial._tried(job, 0.1)[1] == 100_000 + 100
    assert run.updates < 10


@pytest.mark.usefixtures("tried")
def test_of_nothing_there_is_nothing_to_try() -> None:
    assert trial.trial({}).seconds == 0
    assert trial.trial({}).on(2) == 0


def test_processes_share_all_but_the_longest_job() -> None:
    cost = Cost(jobs=100, seconds=60.0, longest=2.0, trial=1.0)
    assert [cost.on(processes) for processes in (1, 2, 20, 60)] == [60, 30 + START, 3 + START, 2 + START]
    assert replace(cost, jobs=3).on(20) == 20 + START


@pytest.mark.parametrize(("lane", "updates", "judged"), [(0, 500, True), (1, 200_000, True), (1, 200_000, False)])
def test_a_trial_ends_soon_and_tells_of_all(lane: int, updates: int, judged: bool) -> None:
    """With 200,000 updates of 2,000 marbles it would take minutes; each takes longer than a nanosecond."""
    job = replace(jobs(lane, 2_000, updates=updates)[0], judged=judged)
    analysis, seconds = trial._tried(job, 0.1)
    assert 0 <= analysis < 60
    assert seconds > 1e-9 * job.marble_updates
    if lane == 1:
        assert seconds > 1.0


def test_what_takes_no_time_is_not_divided_by() -> None:
    for lane in (0, 1):
        assert trial._tried(jobs(lane, 1, updates=0)[0], 0.1)[1] >= 0


def test_a_single_marble_weighs_as_much_as_some_dozen() -> None:
    assert weight(jobs(0, 2_000)) == 100 * 51
    assert weight(jobs(1, 2_000)) == 100 * 2_050
