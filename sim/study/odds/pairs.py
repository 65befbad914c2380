"""Two lanes compared seed by seed: how much more often one escapes, how much lower its loss is at last.

All lanes run with the same seeds, and lanes with equal batches see the same ones. So each seed is a pair, and the
difference is known better than two intervals side by side would say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ...scene import Scene
from ..statistics.intervals import Estimate
from ..statistics.paired import ALIKE, all_pairs, beyond_rounding, mean_difference_of, share_difference_of
from ..statistics.wording import estimate_summary, number_texts, share_texts, signed_texts
from ..work.ensemble import Outcomes, first_of
from .counts import PairCounts

if TYPE_CHECKING:
    from rich.table import Table

MOST_ROWS = 6  # Of a table for people.


@dataclass(frozen=True, slots=True)
class Pair:
    """One lane compared with another; each difference is the first one's less the other's."""

    one: str
    other: str
    seeds: int
    escaped: Estimate
    """The difference of the shares that have escaped by the last update."""
    loss: Estimate
    """Difference of mean final training losses, over seeds with which both are finite and neither ended for good."""
    finite: int
    """How many seeds those are."""


def pairs(scene: Scene, outcomes: Sequence[Outcomes]) -> tuple[Pair, ...]:
    """Every pair of lanes, compared on the seeds that are known of both.

    All intervals of one kind hold together with 95 % confidence.

    >>> from three_marbles.scene import load_scene
    >>> from three_marbles.study.odds.odds import gather, jobs
    >>> scene = load_scene("local-minimum")
    >>> work = jobs(scene, seeds=50, updates=200)
    >>> told = pairs(scene, gather(scene, work, {place: job.run() for place, job in enumerate(work)}))
    >>> [f"{pair.one} less {pair.other}: {pair.escaped.value:+.0%}" for pair in told]
    ['minibatch less full batch: +98%', 'momentum less full batch: +100%', 'momentum less minibatch: +2%']
    """
    known = {}
    for (i, earlier), (j, later) in combinations(enumerate(outcomes), 2):
        count = min(len(earlier.seeds), len(later.seeds))
        known[i, j] = PairCounts()
        known[i, j].add(first_of(later, count), first_of(earlier, count))
    return pairs_of(scene, known)


def pairs_of(scene: Scene, known: Mapping[tuple[int, int], PairCounts]) -> tuple[Pair, ...]:
    """Every pair of lanes, from what was counted of every two, by the places of the earlier and the later one."""
    among = all_pairs(len(scene.lanes))
    level = ALIKE * scene.problem().units.loss
    sure = [not lane.chance(scene.examples.count) for lane in scene.lanes]
    return tuple(
        _pair(scene.lanes[later].name, scene.lanes[earlier].name, known[earlier, later], among, level, both)
        for earlier, later in combinations(range(len(scene.lanes)), 2)
        for both in [(sure[later], sure[earlier])]
    )


def _pair(one: str, other: str, known: PairCounts, among: int, level: float, sure: tuple[bool, bool]) -> Pair:
    loss = mean_difference_of(known.differences, known.finite, among)
    if all(sure):
        loss = Estimate(loss.value, loss.value, loss.value)
    escaped = share_difference_of(known.escaped, among, sure)
    return Pair(one, other, known.escaped.count, escaped, beyond_rounding(loss, level), known.finite)


def summary(found: Sequence[Pair]) -> list[dict[str, Any]]:
    """The pairs as what JSON can hold: each difference is that of `lane` less that of `than`."""
    return [
        {
            "lane": pair.one,
            "than": pair.other,
            "seeds": pair.seeds,
            "escaped": estimate_summary(pair.escaped),
            "train_loss": {**estimate_summary(pair.loss), "finite": pair.finite},
        }
        for pair in found
    ]


def table(found: Sequence[Pair]) -> "Table":
    """The pairs for people; where there are many, those with the first lane."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = found if len(found) <= MOST_ROWS else [pair for pair in found if pair.other == found[0].other]
    drawn = Table(
        title=Text("Seed by seed", style="bold"),
        caption=Text(" ".join(_legend(len(found), len(shown))), style="dim"),
        caption_justify="left",
        box=box.HORIZONTALS,
    )
    drawn.add_column("lane", overflow="fold")
    drawn.add_column("than", overflow="fold")
    drawn.add_column("escaped", justify="right")
    drawn.add_column("training loss", justify="right")
    for pair in shown:
        cells = (signed_texts(share_texts(pair.escaped)), signed_texts(number_texts(pair.loss)))
        drawn.add_row(
            Text(pair.one),
            Text(pair.other),
            *(Text.assemble((value, "bold"), (f"\n{interval}", "dim")) for value, interval in cells),
        )
    return drawn


def _legend(count: int, shown: int) -> Iterator[str]:
    yield "The first lane's less the other's, both with the same seeds."
    if count > 1:
        yield f"The intervals of all {count} pairs hold together with 95 % confidence."
    if shown < count:
        yield "The other pairs are in --json."
