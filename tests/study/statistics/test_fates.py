"""What has become of seeds by each update: counted by hand, and adding up to all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.study.statistics.fates import Fates, Quantile, fates
from sim.study.statistics.intervals import wilson
from sim.study.work.ensemble import NEVER

Runs = list[tuple[int, int]]
"""Of each the update of its escape and of its end, or NEVER."""


def fates_of(runs: Runs, until: int = 100) -> Fates:
    escapes, ends = np.array(runs, dtype=np.intp).reshape(-1, 2).T
    return fates(escapes, ends, until)


def test_counts_by_hand() -> None:
    found = fates_of([(4, NEVER), (4, 30), (9, NEVER), (NEVER, 4), (NEVER, 7), (NEVER, NEVER)])
    assert found.updates == (0, 4, 7, 9)
    assert found.escaped.counts == (0, 2, 2, 3)
    assert found.ended.counts == (0, 1, 2, 2)
    assert found.waiting.counts == (6, 3, 2, 1)
    assert found.until == 100


def test_who_will_never_escape_does_not_count_as_one_who_might() -> None:
    """Half of all diverge: however soon the others escape, half of all is all there is."""
    found = fates_of([(5, NEVER)] * 10 + [(NEVER, 1)] * 10)
    assert found.escaped.shares[-1] == 0.5
    assert found.quantile(0.5) is not None
    assert found.quantile(0.51) is None


def test_a_share_is_reached_at_the_very_update() -> None:
    found = fates_of([(update, NEVER) for update in range(1, 2001)], 2000)
    assert [q and q.update for q in map(found.quantile, (0.25, 0.5, 0.75, 1.0))] == [500, 1000, 1500, 2000]


def test_the_interval_of_a_quantile_is_where_the_curves_own_crosses_it() -> None:
    """A hundred escapes, one an update: Wilson's interval reaches 0.5 with 41 of 100, and leaves it behind with 60."""
    found = fates_of([(update, NEVER) for update in range(1, 101)])
    assert found.quantile(0.5) == Quantile(50, 41, 60)
    few = fates_of([(5, NEVER)] * 11 + [(NEVER, NEVER)] * 9)
    assert few.quantile(0.5) == Quantile(5, 5, None)
    assert wilson(11, 20).estimate.low < 0.5


def test_without_chance_there_is_no_interval() -> None:
    found = fates_of([(5, NEVER)] * 3).certain()
    assert found.escaped.low == found.escaped.high == found.escaped.shares == (0, 1)
    assert found.quantile(0.5) == Quantile(5, 5, 5)


def test_no_seeds() -> None:
    found = fates_of([])
    assert found.updates == found.escaped.shares == found.waiting.low == found.ended.counts == ()
    assert found.quantile(0.5) is None


moments = st.one_of(st.just(NEVER), st.integers(1, 40))


@settings(deadline=None)
@given(st.lists(st.tuples(moments, moments), min_size=1, max_size=60))
def test_at_every_update_the_three_are_all(runs: Runs) -> None:
    found = fates_of(runs)
    curves = (found.escaped, found.waiting, found.ended)
    for place, update in enumerate(found.updates):
        counts = [curve.counts[place] for curve in curves]
        assert sum(counts) == len(runs)
        assert sum(curve.shares[place] for curve in curves) == pytest.approx(1)
        assert counts[0] == sum(0 < escape <= update for escape, _ in runs)
        assert counts[2] == sum(0 < end <= update and escape == NEVER for escape, end in runs)
        for curve in curves:
            estimate = wilson(curve.counts[place], len(runs)).estimate
            assert (curve.shares[place], curve.low[place], curve.high[place]) == (
                pytest.approx((estimate.value, estimate.low, estimate.high))
            )
