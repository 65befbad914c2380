"""Runs for tests, of many marbles or of one, and their judges."""

from dataclasses import replace
from functools import cache

import numpy as np

from sim.descent.examples.chance import Seeds
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.run import Run
from sim.descent.track import Track
from sim.descent.verdict.track_judge import TrackJudge, observe_all
from sim.scene import Scene, load_scene
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


@cache
def played(name: str, seed: int | None = None) -> tuple[Scene, Race]:
    """A scene of the program's own and its race from start to end, which nobody goes on with."""
    scene = load_scene(name)
    race = replace(scene, seed=scene.seed if seed is None else seed).race()
    race.extend(scene.updates)
    return scene, race
