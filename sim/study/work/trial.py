"""What work will cost, told beforehand from a trial of about a second on this computer.

The trial computes the beginning of some of the jobs. What it cannot know: what else this computer has to do now and
later, how fast other computers are, and what becomes of the marbles: those that diverge cost nothing any more, and
those of which it is open at the last update whether they have escaped go on, unseen.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from time import perf_counter

import numpy as np

from ...descent.crowd import CHUNK, Crowd, moments_kept
from ...descent.run import Run
from .ensemble import MARBLES, MOMENTS, TOGETHER, Job, decided

TRIAL = 1.0  # Seconds, about.
SAMPLES = 8  # Cases of each kind that are tried at most.
SHARE = 0.8  # Of the trial for those in which chance is, which are nearly all there is to do.
FIRST_STEP = 2  # Updates of the first step of a trial; each has twice as many, until it is known what they cost.
LONGER = 3  # So many times as long it may take to see how many marbles go on after the last update.
MOST = 1.5  # Times as long as it should take, after which nothing more is tried.
START = 0.5  # Seconds until a process has begun to compute.
TEN = 10  # Such machines, of which it is told as well.
FEW = 50  # Marbles whose update costs about as much as what there is to do for each, however few there are.


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work will cost, about."""

    jobs: int
    seconds: float
    """Seconds of one process that computes it all."""
    longest: float
    """Seconds of the longest job, with what has to be known before it, which processes cannot share."""
    trial: float
    """How many seconds the trial took."""

    def on(self, processes: int) -> float:
        """How many seconds so many processes take."""
        if not self.jobs:
            return 0.0
        start = START if processes > 1 else 0.0
        return max(self.seconds / max(1, min(processes, self.jobs)), self.longest) + start


def trial(cases: Mapping[int, Sequence[Job]], patience: float = TRIAL) -> Cost:
    """What jobs will cost, which come in cases; those of one case differ in their seeds only.

    Some cases of both kinds are tried: those in which chance is, and those of which one marble stands for all.
    """
    began = perf_counter()
    kinds: dict[bool, list[int]] = {True: [], False: []}
    for case, jobs in cases.items():
        kinds[_has_chance(jobs[0])].append(case)
    parts = [
        _total(cases, some, _sampled(cases, some, (SHARE if chance else 1 - SHARE) * patience, began + MOST * patience))
        for chance, some in kinds.items()
        if some
    ]
    return Cost(
        jobs=sum(map(len, cases.values())),
        seconds=sum(seconds for seconds, _ in parts),
        longest=max((longest for _, longest in parts), default=0.0),
        trial=perf_counter() - began,
    )


Found = dict[int, tuple[float, float]]
"""By the case, how many seconds it took to analyse a landscape, and how many a job takes then."""


def _sampled(cases: Mapping[int, Sequence[Job]], some: Sequence[int], patience: float, end: float) -> Found:
    """What the first jobs of some of these cases take; if it is late, as where analyses take long, of fewer of them.

    Who comes first to a landscape pays for others what its basins are asked on the way, and is tried again at last.
    """
    known = _spread(some, SAMPLES)
    found: Found = {}
    first: dict[Hashable, int] = {}
    for case in (*known[::2], *known[1::2]):
        if found and perf_counter() > end:
            break
        found[case] = _tried(cases[case][0], patience / len(known))
        first.setdefault(_landscape(cases[case][0]), case)
    for case in first.values() if len(first) < len(known) else ():
        found[case] = found[case][0], _tried(cases[case][0], patience / len(known))[1]
    return found


def _landscape(job: Job) -> Hashable:
    return job.experiment.surface, job.experiment.examples, job.experiment.window


def _total(cases: Mapping[int, Sequence[Job]], some: Sequence[int], found: Found) -> tuple[float, float]:
    """How many seconds all jobs of these cases take, and the longest: by marble-update as long as those found."""
    usual = sum(seconds for _, seconds in found.values()) / sum(_work(cases[case][0]) for case in found)
    analysis = sum(analysis for analysis, _ in found.values()) / len(found)
    total = longest = 0.0
    for case in some:
        each = found[case][1] / _work(cases[case][0]) if case in found else usual
        total += analysis + each * sum(map(_work, cases[case]))
        longest = max(longest, analysis + each * max(map(_work, cases[case])))
    return total, longest


def weight(jobs: Sequence[Job]) -> int:
    """About how much they are, without a trial: updates of marbles, of which a few cost as much as some dozen."""
    return sum(job.updates * (FEW + (job.count if _has_chance(job) else 1)) for job in jobs)


def _has_chance(job: Job) -> bool:
    return job.experiment.lanes[job.lane].chance(job.experiment.examples.count)


def _work(job: Job) -> int:
    return max(1, job.marble_updates)


def _spread(some: Sequence[int], most: int) -> list[int]:
    """As many of these, evenly spread."""
    places = np.unique(np.linspace(0, len(some) - 1, min(most, len(some))).round().astype(int))
    return [some[place] for place in places.tolist()]


def _tried(job: Job, patience: float) -> tuple[float, float]:
    """How many seconds it takes to analyse the landscape of a job, if that was not known yet, and then to compute it.

    What takes longer than the patience is told from its beginning: the rest takes as long as the last step of that.
    The first is never the last, since what it has to load and to look up is there when others come.
    """
    problem, lane, start = job.experiment.problem(), job.experiment.lanes[job.lane], job.experiment.start
    began = perf_counter()
    if job.judged:
        _ = problem.basins
    analysis, began = perf_counter() - began, perf_counter()
    most = min(MARBLES, max(1, MOMENTS // min(moments_kept(lane, problem.train.count), job.updates + 1)))
    seeds = job.seeds[: most if _has_chance(job) else 1]
    parts = math.ceil(job.count / most) if _has_chance(job) else 1
    thetas = np.tile(start, (len(seeds), 1))
    crowd = Crowd(problem, lane, thetas, seeds) if job.judged else None
    run = Run(problem, lane, thetas, seeds, kept=CHUNK) if crowd is None else crowd.run
    before, each, made = began, 0.0, 0
    for step in count():
        size = min(FIRST_STEP << step, CHUNK, job.updates - made)
        made += size
        (run if crowd is None else crowd).extend(made)
        each, before = (perf_counter() - before) / max(size, 1), perf_counter()
        if step == 0:
            patient = before + patience
        if made == job.updates or (step > 0 and before > patient):
            break
    more = TOGETHER[-1] if job.judged and made < job.updates and _has_chance(job) else 0
    seconds = before - began + each * (job.updates - made + more)
    if crowd is not None and made == job.updates:
        for _ in decided(crowd, start, seeds, job.updates, patience):
            if perf_counter() - before > LONGER * patience:
                break
        seconds += perf_counter() - before
    return analysis, parts * seconds
