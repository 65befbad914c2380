"""The page of results: all rules at their best on four scenes, and how much their order hangs on budget and clock.

`python -m tests.comparison` writes docs/comparison.md anew; that takes some minutes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from sim.scene import load_scene
from sim.study.statistics.wording import number_texts
from sim.study.sweep.sweep import Result
from sim.study.tuning.budget import Budget, budget
from sim.study.tuning.candidates import of_every_rule
from sim.study.tuning.search import plan
from sim.study.tuning.tuned import LaneTuned, Tuned, tuned
from sim.study.work.workers import completed

PAGE = Path(__file__).parents[1] / "docs" / "comparison.md"
SCENES = {"local-minimum": "minibatch", "sharp-and-flat": "minibatch", "himmelblau": "full batch", "ravine": ""}
"""Whose lane all rules are like; empty: the first."""
BUDGETS = ("40 updates", "400 updates", "800 serial")
SEEDS = 100

HEAD = f"""# Which rule is best? It depends

Every rule of the program at its best η on four scenes, with three budgets: 40 updates, ten times as many, and 800 units
of serial machine time, in which a rule that asks for two gradients an update makes half as many. All else is as in the
scene's lane, and what else a rule has as usual. The η is found by successive halving on {SEEDS} seeds; the training
loss at last is the mean over {SEEDS} fresh ones. **Bold**: the best, and what is tied with it, seed by seed, with 95 %
confidence for all at once. A rank hangs on the budget at least as much as on the rule: look along the rows.
Where a few seeds pull a mean up, its interval is wide: then a rule is tied with the best, and bold, behind others
that are not.

This page is made by `python -m tests.comparison`, each column by a command such as

```
python main.py tune local-minimum --every-rule --lane minibatch --budget "40 updates" --seeds {SEEDS}
```
"""


def compared(name: str, lane: str, time: str, seeds: int = SEEDS) -> Tuned:
    """All rules at their best on a scene, with a budget."""
    scene = load_scene(name)
    scene = of_every_rule(scene, lane or scene.lanes[0].name)
    amount: Budget = budget(time)
    tuning = plan(scene, [each.name for each in scene.lanes], [], amount, "loss", seeds)
    results: dict[int, Result] = {}
    while missing := tuning.missing(results):
        for index, result in completed([tuning.blocks[place] for place in missing]):
            results[missing[index]] = result
    return tuned(tuning, results)


def page() -> str:
    """All of it."""
    return "\n".join([HEAD, *(line for name, lane in SCENES.items() for line in section(name, lane))])


def section(name: str, lane: str) -> Iterator[str]:
    """One scene: a row a rule, a column a budget."""
    found = [by_rule(compared(name, lane, time)) for time in BUDGETS]
    scene = load_scene(name)
    yield f"## {scene.title}: {lane or scene.lanes[0].name}"
    yield ""
    yield f"| rule | {' | '.join(BUDGETS)} |"
    yield f"| --- |{' --- |' * len(BUDGETS)}"
    for rule in found[1]:
        yield f"| {rule} | {' | '.join(cell(*column[rule]) for column in found)} |"
    yield ""


def by_rule(found: Tuned) -> dict[str, tuple[int, LaneTuned]]:
    """What each rule has come to, with its rank."""
    return {each.lane: (rank, each) for rank, each in enumerate(found.lanes, 1)}


def cell(rank: int, lane: LaneTuned) -> str:
    """The rank of a rule, its loss and its η."""
    value, interval = number_texts(lane.best.estimate)
    eta = f"η {lane.best.values['learning_rate']:.3g}"
    text = f"{rank}. {value}{f' ({interval})' if interval else ''}, {eta}"
    return f"**{text}**" if lane.tied else text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit()
