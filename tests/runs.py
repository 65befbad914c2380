"""Runs for tests, of many marbles or of one, and their judges."""

import numpy as np

from sim.descent.examples.chance import Seeds
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.run import Run
from sim.descent.track import Track
from sim.descent.verdict.track_judge import TrackJudge, observe_all
from sim.surface.points import Array


def run_of(problem: Problem, lane: Lane, starts: Array, seeds: Seeds, *stops: int, kept: int | None = None) -> Run:
    """A run that is extended to one stop after the other."""
    run = Run(problem, lane, starts, seeds, kept)
    for stop in stops:
        run.extend(stop)
    return run


def alone(problem: Problem, lane: Lane, start: tuple[float, float], seed: int, *stops: int) -> Track:
    """The same of a marble by itself."""
    return Track(run_of(problem, lane, np.array([start]), np.array([seed]), *stops), 0)


def judges_of(run: Run) -> list[TrackJudge]:
    """Of each of the marbles, having seen all of it."""
    judges = [TrackJudge(Track(run, marble)) for marble in range(len(run.seeds))]
    observe_all(judges)
    return judges
