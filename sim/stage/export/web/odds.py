"""The odds as what a page says of them: a row a verdict, a column a lane, each share with its interval."""

from typing import Any, TypeAlias

from ....study.odds.odds import LaneOdds, Odds
from ....study.statistics.intervals import Share
from ....study.statistics.wording import share_texts
from ....study.work.ensemble import VERDICTS

Json: TypeAlias = Any


def odds_data(odds: Odds) -> Json:
    """The shares that have escaped, and those of every verdict that occurred, after so many updates."""
    rows = [("escaped", [lane.escaped for lane in odds.lanes])]
    for index, kind in enumerate(VERDICTS):
        shares = [lane.verdicts[index] for lane in odds.lanes]
        if any(share.count for share in shares):
            rows.append((kind.code, shares))
    return {
        "seeds": max(lane.seeds for lane in odds.lanes),
        "from": odds.scene.seed,
        "updates": odds.updates,
        "rows": [[code, [_cell(lane, share) for lane, share in _pairs(odds, shares)]] for code, shares in rows],
    }


def _pairs(odds: Odds, shares: list[Share]) -> list[tuple[LaneOdds, Share]]:
    return list(zip(odds.lanes, shares, strict=True))


def _cell(lane: LaneOdds, share: Share) -> Json:
    """A share and its interval; where all seeds do the same, nothing is uncertain."""
    value, interval = share_texts(share.estimate)
    return [value, "" if lane.alike else interval]
