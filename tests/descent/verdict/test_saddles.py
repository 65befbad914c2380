"""At which saddles runs are, as a value: what is told of leaving them, and what follows."""

import numpy as np
from numpy.testing import assert_array_equal

from sim.descent.verdict.blocks import DWELL
from sim.descent.verdict.log import NOWHERE
from sim.descent.verdict.saddles import Saddles, saddles_held
from sim.descent.verdict.sight.saddles import NO_SADDLE
from sim.scene import load_scene

PROBLEM = load_scene("on-the-saddle").problem()
SADDLE = np.array(PROBLEM.saddles[0].position)
FAR = np.array(PROBLEM.minima[0].position)
THERE = np.zeros(3, dtype=np.intp)
"""Three runs that are at the first saddle."""
ALIVE = np.ones(3, dtype=np.bool_)


def test_who_is_out_of_reach_leaves_at_its_first_moment_there_and_who_is_in_a_core_at_the_block_s_end() -> None:
    saddles = Saddles(held=THERE, stalled=THERE, freed=np.array([NOWHERE, NOWHERE, 1]))
    block = np.broadcast_to(SADDLE, (DWELL, 3, 2)).copy()
    block[4:, 1] = FAR
    gone = saddles.departures(PROBLEM, 50, block, ALIVE)
    assert gone.runs.tolist() == [1, 2]
    assert gone.updates.tolist() == [50 - DWELL + 1 + 4, 50]
    assert (gone.saddles.tolist(), gone.basins.tolist()) == ([0, 0], [NOWHERE, 1])
    assert not len(saddles.departures(PROBLEM, 50, block, ~ALIVE).runs)


def test_what_is_told_of_some_is_over_for_them_alone_and_what_was_known_stays_as_it_was() -> None:
    before = saddles_held(PROBLEM, np.tile(SADDLE, (3, 1)), np.full(3, -1))
    assert before.held.tolist() == [0, 0, 0]
    stalls = before.with_stalled(np.array([0, 2]), np.array([0, 0])).with_freed(np.array([2]), np.array([1]))
    after = stalls.without(np.array([2]))
    assert stalls.stalled.tolist() == [0, NO_SADDLE, 0]
    assert stalls.freed.tolist() == [NOWHERE, NOWHERE, 1]
    assert after.held.tolist() == [0, 0, NO_SADDLE]
    assert after.stalled.tolist() == [0, NO_SADDLE, NO_SADDLE]
    assert_array_equal(after.freed, [NOWHERE] * 3)
    assert_array_equal(before.stalled, [NO_SADDLE] * 3)
