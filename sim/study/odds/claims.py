"""Whether shares that a scene promises are what its seeds do: tested on seeds that had no part in the promise.

Each bound is tested exactly, with the binomial distribution. A claim is refuted, or borne out, where the seeds would be
like that with a probability of at most ERROR if it were otherwise; of two bounds, each may refute it with half of that
(Bonferroni), and both must be borne out. Else it stays open, and more seeds may tell.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...scene import Scene
from ...scene.words import counted
from ..statistics.intervals import Share, exact, wilson
from ..statistics.wording import INTERVALS, estimate_summary, share_texts
from .counts import LaneCounts

if TYPE_CHECKING:
    from rich.table import Table

ERROR = 0.01
FRESH = 1_000_000
"""So far from the scene's own seed the first fresh one is."""

BORNE_OUT, REFUTED, OPEN = "borne out", "refuted", "open"


@dataclass(frozen=True, slots=True)
class TestedClaim:
    """A share that is promised of a lane, and what the seeds say."""

    lane: str
    what: str
    """In words."""
    least: float
    most: float
    share: Share
    standing: str
    """BORNE_OUT, REFUTED or OPEN."""


def fresh(scene: Scene) -> Scene:
    """The scene from the first of its fresh seeds on."""
    return replace(scene, seed=scene.seed + FRESH)


def checked(scene: Scene, lanes: Sequence[LaneCounts], updates: int) -> tuple[TestedClaim, ...]:
    """Every share that the scene promises of its lanes, of which this was counted after so many updates.

    What is promised later than that stays open.

    >>> from three_marbles.scene import load_scene
    >>> from three_marbles.study.odds.counts import counted
    >>> from three_marbles.study.odds.odds import gather, jobs
    >>> scene = fresh(load_scene("local-minimum"))
    >>> work = jobs(scene, seeds=100, updates=400)
    >>> outcomes = gather(scene, work, {place: job.run() for place, job in enumerate(work)})
    >>> told = checked(scene, counted(scene, outcomes), 400)
    >>> [(claim.lane, claim.share.count, claim.standing) for claim in told][0]
    ('full batch', 0, 'borne out')
    """
    return tuple(_tested(scene, lanes, updates))


def _tested(scene: Scene, lanes: Sequence[LaneCounts], updates: int) -> Iterator[TestedClaim]:
    problem = scene.problem()
    for lane, claim, found in zip(scene.lanes, scene.claims, lanes, strict=True):
        if claim is None:
            continue
        sure = not lane.chance(scene.examples.count)
        if claim.escaped is not None:
            by = scene.updates if claim.escaped.by is None else claim.escaped.by
            count = int(found.escapes.by(np.array([by]))[0])
            known = by <= updates
            yield _claim(lane.name, f"escaped by update {by:,}", claim.escaped, count, found.seeds, sure, known)
        if claim.lowest is not None:
            lowest = sum(point.value <= problem.as_low for point in problem.minima)  # In none that is known is no seed.
            count = int(found.basins[:lowest].sum())
            known = updates == scene.updates
            yield _claim(lane.name, "in the basin of the lowest minimum", claim.lowest, count, found.seeds, sure, known)


def _claim(lane: str, what: str, claim: Any, count: int, seeds: int, sure: bool, known: bool) -> TestedClaim:
    share = (exact if sure else wilson)(count, seeds)
    standing = OPEN
    if known:
        bounds = ((count, claim.least), (seeds - count, 1 - claim.most))
        error = ERROR / max(1, sum(least > 0 for _, least in bounds))  # Either may refute the claim by chance.
        standings = {_standing(held, seeds, least, sure, error) for held, least in bounds}
        standing = next(each for each in (REFUTED, OPEN, BORNE_OUT) if each in standings)
    return TestedClaim(lane, what, claim.least, claim.most, share, standing)


def _standing(count: int, seeds: int, least: float, sure: bool, error: float) -> str:
    """Whether the share of all seeds is at least so large; error: with which probability a true one is refuted."""
    if least <= 0:
        return BORNE_OUT
    if sure:
        return BORNE_OUT if count >= least * seeds else REFUTED
    if at_most(count, seeds, least) <= error:
        return REFUTED
    return BORNE_OUT if at_most(seeds - count, seeds, 1 - least) <= ERROR else OPEN


def at_most(count: int, trials: int, chance: float) -> float:
    """With which probability no more than `count` of so many independent trials succeed, each with that chance.

    >>> f"{at_most(1, 3, 0.5):.3f}"
    '0.500'
    """
    if chance <= 0:
        return 1.0
    if chance >= 1:
        return float(count >= trials)
    success, failure, all_ways = math.log(chance), math.log1p(-chance), math.lgamma(trials + 1)
    return math.fsum(
        math.exp(all_ways - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * success + (trials - k) * failure)
        for k in range(count + 1)
    )


def summary(found: Sequence[TestedClaim]) -> list[dict[str, Any]]:
    """The claims as what JSON can hold."""
    return [
        {
            "lane": claim.lane,
            "what": claim.what,
            "least": claim.least,
            "most": claim.most,
            "count": claim.share.count,
            **estimate_summary(claim.share.estimate),
            "standing": claim.standing,
        }
        for claim in found
    ]


def table(scene: Scene, found: Sequence[TestedClaim], seeds: int) -> "Table":
    """The claims for people."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(
        title=Text(f"{scene.title} · what is promised · {counted(seeds, 'seed')} from {scene.seed:,}", style="bold"),
        caption=Text(
            f"Borne out or refuted: seeds would be like that with a probability of at most {ERROR:.0%} "
            f"if it were otherwise, for each by itself. {INTERVALS}",
            style="dim",
        ),
        caption_justify="left",
        box=box.HORIZONTALS,
    )
    for name in ("lane", "what", "promised", "found", ""):
        drawn.add_column(name, overflow="fold")
    for claim in found:
        value, interval = share_texts(claim.share.estimate)
        drawn.add_row(
            Text(claim.lane),
            Text(claim.what),
            Text(_promised(claim)),
            Text.assemble((value, "bold"), (f"\n{interval}" if interval else "", "dim")),
            Text(claim.standing, style="bold" if claim.standing == REFUTED else ""),
        )
    return drawn


def _promised(claim: TestedClaim) -> str:
    if claim.least <= 0:
        return f"at most {claim.most:.4g}" if claim.most > 0 else "none"
    if claim.most >= 1:
        return f"at least {claim.least:.4g}" if claim.least < 1 else "all"
    return f"{claim.least:.4g} to {claim.most:.4g}"
