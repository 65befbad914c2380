"""From what is seen of M runs to their verdicts and events."""

from typing import NamedTuple

import numpy as np

from ...surface.basins import NO_BASIN, Labels
from ...surface.points import Array, Mask, components, norm, vectors
from ..examples.chance import Indices
from ..lane import Lane
from ..problem import Problem
from .blocks import DWELL, EARLIER, SWING, TRACE, Blocks, Columns, History, span_of
from .events import Escape
from .kinds import KINDS, LASTING, RANKS, Place, Rank, VerdictKind
from .kinds.observation import Observation, denied, granted
from .log import NEVER, NOWHERE, Log
from .plan import SPENT, Plan
from .saddles import saddles_held
from .sight.ends import Ends, Held
from .sight.leaving import off_surface, overflown, walled
from .sight.rests import MOVING, elsewhere, places
from .sight.roaming import Roaming
from .sight.saddles import NO_SADDLE
from .sight.sight import REST_DISTANCE, REST_WAY, RESTLESS, ROUNDING, Sight, see
from .sight.tolerances import LEAVING
from .sketch import Sketch
from .stays import Lulls, Stays, Straying, begun, in_a_row
from .trend import Trend

LOOKBACK = DWELL + EARLIER
"""How many of the moments seen are needed once more when new ones come."""
STRAYING = 16
"""In how many blocks in a row a marble outside of the window is farther from it than ever before, that it is not said
to stay inside a basin there."""
SWINGING = 20
"""In how many blocks in a row one that has come to rest at a minimum moves too far for that, that it rests no more."""
STARTED = LEAVING * REST_DISTANCE
"""The length of a movement with which one that has come to rest at a minimum rests no more, in window diagonals."""
CROSSED = 3
"""In how many blocks in a row one that crosses a plateau comes to ground that is none, until it has crossed it."""

UNDER_WAY, OFF_SURFACE = KINDS.index(VerdictKind.UNDER_WAY), KINDS.index(VerdictKind.OFF_SURFACE)
DIVERGED, WANDERING = KINDS.index(VerdictKind.DIVERGED), KINDS.index(VerdictKind.WANDERING)
_LOOKS = np.array([kind.traits.looks for kind in KINDS])
STAYING = np.array([kind.place.in_a_basin for kind in KINDS])
"""Which of KINDS say that a marble stays in a basin, at rest or not."""
_AT_WALLS = np.array([kind.place is Place.WALLS for kind in KINDS])
_IN_MINIMA = np.array([kind.place is Place.MINIMUM for kind in KINDS])
_IN_NOISE = STAYING & (RANKS == Rank.GOING)  # Those of them that movements tell of, which may be noise alone.
_LAST_FIRST = sorted(range(len(KINDS)), key=lambda index: (RANKS[index], index), reverse=True)


class Judge:
    """Follows M runs of one lane, moment by moment, and keeps their verdicts and events.

    How many moments it is shown at a time makes no difference, nor how many runs.
    """

    def __init__(
        self, problem: Problem, lane: Lane, starts: Array, lookback: int = LOOKBACK, sketch: Sketch | None = None
    ) -> None:
        """A judge of M runs that have not moved yet.

        lookback: how many of the moments seen are at hand with the new ones; from many, less has to be computed.
        sketch: of the training loss, with which it need not be computed where little turns on it.
        """
        marbles = len(starts)
        self._problem = problem
        self._plan = plan = Plan(lane, problem.train.count)
        # One who takes no step for as long as a slope asks for has then met every batch.
        self._meets_all = plan.epoch <= LASTING * DWELL
        self._span = span_of(plan.epoch)
        no_noise, resting = TRACE * problem.units.gradient, REST_WAY * problem.units.length
        painted = plan.rates if plan.paints else None
        carrying = plan.carrying(max((minimum.eigenvalues[1] for minimum in problem.minima), default=0.0))
        self._history = History(
            plan.epoch, plan.chance, marbles, no_noise, painted, resting, lookback, sketch, carrying
        )
        # Where η falls, the loss falls with the noise, wherever a marble is.
        self._trend = Trend(marbles, self._span) if plan.noisy and plan.constant else None
        self.log = Log(marbles)
        """What has happened to them, and how their verdicts have changed."""
        self.seen = 0
        """How many moments of the runs it has judged."""
        self.kinds = np.zeros(marbles, dtype=np.intp)
        """The verdicts at the last moment seen, as indices into KINDS; shape (M,)."""
        self._stay = begun(problem.basins.labels(starts))  # At the last moment seen.
        self._saddles = saddles_held(problem, starts, self._stay.home)
        self._left = np.full(marbles, NO_BASIN)  # The home that it has left for a minimum that was not known.
        self._proposals = _Proposals(np.zeros(marbles, dtype=np.intp), np.zeros(marbles, dtype=np.intp))
        self._swing = np.zeros(marbles)  # The longest of the movements before the verdict.
        self._began = starts.copy()  # Where it was when that began.
        self._straying = Straying(np.zeros(marbles, dtype=np.intp), norm(starts - problem.window.center))
        nobody, none = np.zeros(marbles, dtype=np.bool_), np.zeros(marbles, dtype=np.intp)
        self._lulls = Lulls(none, none, self._stay.basin, none, nobody, nobody)
        self._roaming = Roaming(marbles)
        self._off = np.zeros(marbles, dtype=np.intp)  # For how many blocks it has been on no plateau.
        self._searched = np.zeros(marbles, dtype=np.intp)  # When no basin was found around it, outside of those known.

    @property
    def basins(self) -> Labels:
        """The basin in which each is at the last moment seen, or NO_BASIN; shape (M,)."""
        return self._stay.basin

    @property
    def pending(self) -> Mask:
        """Who is elsewhere than in the basin it belongs to, so that it is open whether it escapes; shape (M,)."""
        going = RANKS[self.kinds] > Rank.FOR_GOOD
        home = self._stay.home
        out = np.where(home == NO_BASIN, self._saddles.held != NO_SADDLE, self._left != home)
        return np.asarray((self.basins != home) & out & going)

    def undecided(self, updates: int) -> Mask:
        """Who may have escaped within so many updates, and earlier than is certain by now; shape (M,).

        Who has left the saddle at which it had stalled is told at the end of the block.
        """
        first = self.log.escaped(updates)
        out = self.pending & (self._stay.entered <= np.where(first == NEVER, updates, first - 1))
        told = self.seen > -(-updates // DWELL) * DWELL
        return np.asarray(out | ((self._saddles.stalled != NO_SADDLE) & (first == NEVER) & (not told)))

    def read(self, columns: Columns, first: int, moments: int, ends: Indices) -> Labels:
        """Judge on, up to so many moments of each run; the basins of the new moments (K, M).

        first: the moment of the columns' first row, LOOKBACK before the last one seen at least.
        ends: the last moment of each run (M,), the numbers of which are at hand; later ones are passed over.
        """
        begin = self.seen
        theta = columns.theta[begin - first : moments - first]
        points = vectors(components(theta).reshape(2, -1))
        with np.errstate(all="ignore"):
            basins, core = (labels.reshape(theta.shape[:-1]) for labels in places(self._problem, points))
        alive = np.arange(begin, moments)[:, None] <= ends
        if alive.all():
            stays = self._stay.followed(begin, basins, core)
        else:
            stays = self._stay.followed(begin, np.where(alive, basins, self.basins), np.where(alive, core, NO_BASIN))
        lost = self._lost(columns, first, begin, stays.basin, alive)
        looks = np.arange(max(1, -(-begin // DWELL)) * DWELL, moments, DWELL)
        told = 0
        if len(looks):
            blocks = Blocks(columns, first, looks)
            sight, still, awake = self._sights(blocks, basins[looks - begin])
            straying = self._strays(blocks)
            seen = self._seen(looks, sight, stays.at(looks - begin), straying)
            seen = seen._replace(falling=self._falling(blocks, seen.stay))
            proposed, surely = _proposed(seen), _proposed(seen._replace(calm=denied))
            unsure = proposed != surely
            for number, update in enumerate(looks.tolist()):
                row = update - begin
                self._tell_passages(begin, stays, range(told, row + 1))
                self._tell_lost(begin, lost, alive, range(told, row + 1))
                if (_IN_MINIMA[self.kinds] & (still[number] == 0)).any():
                    self._tell_started(columns, first, begin, alive, range(told, row + 1))
                told = row + 1
                block = columns.theta[update - DWELL - first + 1 : update - first + 1]
                self._lulls = self._lulls.followed(still[number], awake[number], basins[row], _IN_MINIMA[self.kinds])
                look = _Look(blocks, seen, number, proposed[number], unsure[number])
                self._look(update, look, stays.at(row), block, alive[row])
        self._tell_passages(begin, stays, range(told, len(basins)))
        self._tell_lost(begin, lost, alive, range(told, len(basins)))
        self._tell_started(columns, first, begin, alive, range(told, len(basins)))
        if len(basins):
            self._stay = stays.at(-1)
        self.seen = moments
        return basins

    def overflow(self, runs: Indices, updates: Indices, theta: Array, gradient: Array, failed: Mask) -> None:
        """Say of runs (n,) that ended in these updates whether they diverged, left the surface, or their rule failed.

        theta, gradient: where each was last, and ∇L there; (n, 2). failed: with which the rule failed; (n,).
        """
        going = (RANKS[self.kinds[runs]] > Rank.FOR_GOOD) | (failed & (self.kinds[runs] == OFF_SURFACE))
        diverged = overflown(self._problem, theta[going], gradient[going])
        kinds = np.where(diverged, DIVERGED, OFF_SURFACE)
        kinds[failed[going]] = KINDS.index(VerdictKind.FAILED)
        self._conclude(runs[going], updates[going], kinds, self._stay.home[runs[going]])

    def _tell_passages(self, begin: int, stays: Stays, rows: range) -> None:
        """Note down who reached the core of another basin in these of the moments, or came back to that of its own."""
        part = slice(rows.start, rows.stop)
        told = stays.home[part] != stays.before[part]
        if (self._left != NO_BASIN).any():
            back = stays.cored[part] & (stays.home[part] == self._left)
            told |= back & (np.cumsum(back, axis=0) == 1)
        row, run = np.nonzero(told)
        row += rows.start
        update, seen = stays.entered[row, run], begin + row
        source, target = stays.before[row, run], stays.home[row, run]
        fled, freed = source != NO_BASIN, (source == NO_BASIN) & (self._saddles.held[run] != NO_SADDLE)
        source = np.where(source == self._left[run], NOWHERE, source)  # It came from a minimum that was not known.
        self._left[run] = NO_BASIN
        self.log.tell(Escape.BASIN, run[fled], update[fled], seen[fled], source[fled], target[fled])
        lingers = freed & (self._saddles.stalled[run] != NO_SADDLE)  # It leaves it when it is out of its reach.
        self._saddles = self._saddles.with_freed(run[lingers], target[lingers])
        freed &= ~lingers
        saddles = self._saddles.held[run[freed]]
        self.log.tell(Escape.SADDLE, run[freed], update[freed], seen[freed], saddles, target[freed])

    def _lost(self, columns: Columns, first: int, begin: int, basins: Labels, alive: Mask) -> Mask:
        """Who is where the loss has no value, which is in no basin, at these of the moments (K, M) from `begin` on."""
        lost = (basins == NO_BASIN) & alive
        row, run = np.nonzero(lost)
        if len(row):
            row_there = row + begin - first
            loss, _ = columns.ground(row_there, run)
            lost[row, run] = off_surface(self._problem, columns.theta[row_there, run], loss)
        return np.asarray(lost)

    def _tell_lost(self, begin: int, lost: Mask, alive: Mask, rows: range) -> None:
        """Note down who has left the surface in these of the moments, or come back to it while it is alive."""
        off = self.kinds == OFF_SURFACE
        if not (lost[rows.start : rows.stop].any() or off.any()):
            return
        for row in rows:
            off = self.kinds == OFF_SURFACE
            left = np.flatnonzero(lost[row] & (RANKS[self.kinds] > Rank.FOR_GOOD))
            self._conclude(left, begin + row, np.full(len(left), OFF_SURFACE), self._stay.home[left])
            back = np.flatnonzero(off & ~lost[row] & alive[row])
            self._conclude(back, begin + row, np.full(len(back), UNDER_WAY), self._stay.home[back])

    def _tell_started(self, columns: Columns, first: int, begin: int, alive: Mask, rows: range) -> None:
        """Note down who rested at a minimum and has started up with one of the movements to these of the moments."""
        (runs,) = np.nonzero(_IN_MINIMA[self.kinds])
        came = np.arange(max(rows.start, 1 - begin), rows.stop)  # To the first moment of all leads no movement.
        if not (len(runs) and len(came)):
            return
        moves = columns.movement[came[0] + begin - 1 - first : came[-1] + begin - first, runs]
        started = (norm(moves) > STARTED * self._problem.units.length) & alive[came[:, None], runs]
        gone = started.any(axis=0)
        if gone.any():
            updates = begin + came[np.argmax(started[:, gone], axis=0)]
            self._conclude(runs[gone], updates, np.full(len(updates), UNDER_WAY), self._stay.home[runs[gone]])

    def _strays(self, blocks: Blocks) -> Mask:
        """Who, in noise, has got farther from the window than ever with each of STRAYING blocks out there; (K, M)."""
        window, there = self._problem.window, blocks.columns.theta[blocks.ends - blocks.first]
        if not self._plan.noisy:
            return np.zeros(there.shape[:-1], dtype=np.bool_)
        straying = self._straying.followed(norm(there - window.center), ~window.contains(there))
        self._straying = straying.at(-1)
        return np.asarray(straying.blocks >= STRAYING)

    def _falling(self, blocks: Blocks, stay: Indices) -> Mask:
        """Whose loss goes on falling in noise, as is seen over long; (K, M)."""
        if self._trend is None:
            return np.zeros(stay.shape, dtype=np.bool_)
        rows = blocks.ends - blocks.first
        return self._trend.follow(stay, lambda look, runs: blocks.columns.ground(rows[[look] * len(runs)], runs)[0])

    def _seen(self, looks: Indices, sight: Sight, stay: Stays, straying: Mask) -> Observation:
        """What verdicts follow from at these moments (K,), each part of shape (K, M)."""
        outside, came = stay.basin == NO_BASIN, np.maximum(stay.arrived, stay.reached)
        return Observation(
            sight=sight,
            stay=looks[:, None] - np.where(outside, np.maximum(stay.entered, stay.arrived), stay.arrived),
            inside=~outside,
            reached=stay.reached != NEVER,
            dwelt=looks[:, None] - np.where(stay.basin == stay.home, came, stay.entered),
            moved=stay.arrived > 0,
            swing=self._swing,
            strayed=np.zeros(self.kinds.shape, dtype=np.bool_),
            lull=np.zeros(self.kinds.shape, dtype=np.bool_),
            roams=np.zeros(self.kinds.shape, dtype=np.bool_),
            span=self._span,
            calm=granted,
            straying=straying,
            falling=np.zeros(outside.shape, dtype=np.bool_),
        )

    def _look(self, update: int, look: "_Look", stay: Stays, block: Array, alive: Mask) -> None:
        """Judge the runs at the end of a block, its points being (DWELL, M, 2)."""
        strayed = norm(block[-1] - self._began) > LEAVING * REST_DISTANCE * self._problem.units.length
        self._roaming.see(update, block[-1])
        passing = (stay.basin == NO_BASIN) | (update - stay.entered < SWING)
        roams = self._roaming.going_on(update) & passing
        seen = look.seen.at(look.number, self._swing, strayed, self._lulls.brief(stay.basin), roams)
        sight = seen.sight
        self._take_in(update, stay, block[-1], alive)
        alive = alive & (RANKS[self.kinds] > Rank.FOR_GOOD)
        self._leave_saddles(update, block, alive)
        kinds = self._kinds(look, seen, alive)
        self._take_back(update, kinds, alive & (stay.basin == NO_BASIN), block)
        swings = np.any(sight.bouncing, axis=0)
        self._send_on(update, kinds, alive & (swings | roams), roams, stay.basin == NO_BASIN)
        changed = np.flatnonzero(alive & (kinds != self.kinds))
        self._swing[changed], self._began[changed] = sight.longest[changed], block[-1, changed]
        here = (sight.rest[changed] != MOVING) | (stay.basin[changed] == NO_BASIN)
        self._tell_departures(update, changed[STAYING[kinds[changed]]], stay, block[-1])
        places = np.where(here, stay.basin[changed], stay.home[changed])
        resting = np.flatnonzero(_IN_MINIMA[kinds[changed]])
        if len(resting):
            runs = changed[resting]
            places[resting[elsewhere(self._problem, block[-1, runs], stay.basin[runs])]] = NOWHERE
        self._conclude(changed, update, kinds[changed], places)
        stalled = np.flatnonzero(
            alive & (self.kinds == KINDS.index(VerdictKind.STALLED)) & (sight.still_at != NO_SADDLE)
        )
        self._saddles = self._saddles.with_stalled(stalled, sight.still_at[stalled])

    def _take_in(self, update: int, stay: Stays, theta: Array, alive: Mask) -> None:
        """Let those that have diverged and are back in the window after all, at θ (M, 2), be under way again."""
        away = np.flatnonzero(alive & (self.kinds == DIVERGED))
        back = away[self._problem.window.contains(theta[away])]
        self._conclude(back, update, np.full(len(back), UNDER_WAY), stay.home[back])

    def _take_back(self, update: int, kinds: Indices, outside: Mask, block: Array) -> None:
        """Let those that are outside of all known basins begin to stay in noise only where there is one after all.

        Noise that leads to no lower loss, and back and forth, is no sign of a basin: on a plateau or a gentle slope
        there is none. Who was in none is asked again after as many updates more: that costs a descent.
        """
        runs = np.flatnonzero(outside & _IN_NOISE[kinds] & (kinds != self.kinds))
        if not self._plan.noisy or not len(runs):
            return
        proposed, kinds[runs] = kinds[runs], UNDER_WAY
        asked = 2 * self._searched[runs] <= update
        runs, proposed = runs[asked], proposed[asked]
        found = walled(self._problem, block[:, runs])
        found[~found] = np.isfinite(self._problem.beyond(block[-1, runs[~found]])).all(axis=-1)
        kinds[runs[found]] = proposed[found]
        self._searched[runs[~found]] = update

    def _send_on(self, update: int, kinds: Indices, swing: Mask, roams: Mask, outside: Mask) -> None:
        """Let those that swing outside of all known basins wander if they do so from well to well.

        Who has done so does not bounce in a known basin through which it passes.
        """
        kinds[swing & roams & ~outside & _AT_WALLS[kinds]] = WANDERING
        runs = np.flatnonzero(swing & outside & (_AT_WALLS[kinds] | (kinds == WANDERING)))
        if len(runs):
            kinds[runs[self._roaming.ask(self._problem, update, runs)]] = WANDERING

    def _tell_departures(self, update: int, runs: Indices, stay: Stays, theta: Array) -> None:
        """Note down which of these runs, at θ (M, 2), have left their basin for a minimum that was not known."""
        lost = (stay.basin == NO_BASIN) & (stay.home != NO_BASIN) & (self._left != stay.home)
        runs = runs[lost[runs]]
        if len(runs):
            runs = runs[np.isfinite(self._problem.beyond(theta[runs])).all(axis=-1)]
            self.log.tell(Escape.BASIN, runs, stay.entered[runs], update, stay.home[runs], NOWHERE)
            self._left[runs] = stay.home[runs]

    def _kinds(self, look: "_Look", seen: Observation, alive: Mask) -> Indices:
        """The verdicts: what lasts, unless something of a lower rank begins; else what begins; shape (M,).

        Who is calm is not asked where a verdict lasts: no kind that turns on it outranks one, nor is seen twice. In a
        lull that may be one of many between two bursts no rest at a minimum begins, nor does what goes on end or begin.
        """
        lull = seen.lull & ~seen.sight.ended
        lasts = np.zeros(len(self.kinds), dtype=np.bool_)
        for index in np.unique(self.kinds).tolist():
            lasts |= (self.kinds == index) & KINDS[index].traits.condition.lasts(seen)
        if seen.sight.unmoved.any():
            lasts &= ~seen.sight.unmoved | (RANKS[self.kinds] < Rank.GOING) | lull
        proposed = self._asked(look, seen, np.flatnonzero(look.unsure & alive & ~lasts))
        refuted = seen.strayed & ~lasts & (proposed == self.kinds)
        self._proposals = self._proposals.followed(proposed, refuted)
        sure = (self._proposals.times >= _LOOKS[proposed]) | (seen.sight.ended & (RANKS[proposed] == Rank.STANDING))
        sure &= ~(lull & (_IN_MINIMA[proposed] | (RANKS[proposed] == Rank.GOING)))
        outranked = sure & (RANKS[proposed] < RANKS[self.kinds])
        return np.where(lasts & ~outranked, self.kinds, np.where(sure, proposed, UNDER_WAY))

    def _asked(self, look: "_Look", seen: Observation, runs: Indices) -> Indices:
        """What is proposed (M,), once it is known who of these runs (n,) is calm."""

        def calm(spans: int, asked: Mask) -> Mask:
            answers = np.zeros_like(asked)
            answers[asked] = self._history.calm(look.blocks, spans, look.number, runs[asked])
            return answers

        if len(runs):
            strayed, lull, roams = seen.strayed[runs], seen.lull[runs], seen.roams[runs]
            some = look.seen.at((look.number, runs), seen.swing[runs], strayed, lull, roams)
            look.proposed[runs] = _proposed(some._replace(calm=calm))
        return look.proposed

    def _leave_saddles(self, update: int, block: Array, alive: Mask) -> None:
        """Note down who has left the saddle at which it had stalled."""
        gone = self._saddles.departures(self._problem, update, block, alive)
        self.log.tell(Escape.SADDLE, gone.runs, gone.updates, update, gone.saddles, gone.basins)
        self._saddles = self._saddles.without(gone.runs)

    def _conclude(self, runs: Indices, update: Indices | int, kinds: Indices, places: Labels) -> None:
        """Change the verdicts on these runs; who has gone for good is in no place any more."""
        self.kinds[runs] = kinds
        self.log.change(runs, update, kinds)
        for index in np.unique(kinds).tolist():
            if index != UNDER_WAY:
                these = kinds == index
                updates = np.broadcast_to(update, runs.shape)[these]
                place = NOWHERE if KINDS[index].rank == Rank.FOR_GOOD else places[these]
                self.log.tell(KINDS[index], runs[these], updates, updates, NOWHERE, place)

    def _sights(self, blocks: Blocks, basins: Labels) -> tuple[Sight, Indices, Indices]:
        """What is to be seen at the ends of these blocks, in these basins (K, M).

        And for how many of them in a row each has moved so little that it may go on with a rest, or too far for that.
        """
        columns, rows = blocks.columns, blocks.ends - blocks.first

        def way(some: Mask) -> Array:
            row, run = np.nonzero(some)
            return np.asarray(columns.theta[rows[row] + np.arange(-DWELL, 1)[:, None], run])

        def ground(some: Mask) -> tuple[Array, Array]:
            row, run = np.nonzero(some)
            return columns.ground(rows[row], run)

        progress = self._history.add(blocks)
        far = progress.path > RESTLESS * REST_WAY * self._problem.units.length
        still, awake = in_a_row(self._lulls.blocks, ~far), in_a_row(self._lulls.awake, far)
        ends = Ends(columns.theta[rows], ground, basins, way, awake >= SWINGING)
        left, shortest = self._plan.fallen(blocks.ends)[:, None], ROUNDING * self._problem.units.length
        ended = np.zeros(progress.path.shape, dtype=np.bool_)
        if (left <= SPENT).any():
            ended = (left <= SPENT) & (progress.longest <= shortest)
            ended |= (left == 0) & (norm(columns.movement[rows - 1]) <= shortest)
        for_good = self._plan.repeats or left <= (1.0 if self._meets_all else SPENT)
        factors = self._plan.factors(blocks.ends)[:, None] if self._plan.decays else None
        steps = self._plan.steps_left(blocks.ends)[:, None]
        rising = self._plan.rises(blocks.ends, SWING)[:, None]
        falling = (self._plan.falls(blocks.ends) | self._plan.falls(np.maximum(blocks.ends - SWING, 0)))[:, None]
        by_itself = ~(rising | self._plan.noisy)
        unstable, to_come = self._plan.unstable(blocks.ends)[:, None], self._plan.to_come(blocks.ends)[:, None]
        held = Held(factors, for_good, steps, self._plan.noisy, by_itself, falling, unstable, to_come, rising, ended)
        sight = see(self._problem, ends, progress, held)
        off = in_a_row(self._off, ~sight.still_plateau)
        self._off = off[-1]
        return sight._replace(still_plateau=off < CROSSED), still, awake


def _proposed(seen: Observation) -> Indices:
    """The verdicts that begin at these moments by what is seen alone, as indices into KINDS; shape (K, M)."""
    proposed = np.zeros(seen.stay.shape, dtype=np.intp)
    for index in _LAST_FIRST:
        proposed[KINDS[index].traits.condition.begins(seen)] = index
    unmoved = seen.sight.unmoved
    if unmoved.any():
        proposed[unmoved & (RANKS[proposed] == Rank.GOING)] = UNDER_WAY
    return proposed


class _Proposals(NamedTuple):
    """What the last looks at M runs would have said of them; each part of shape (M,)."""

    kinds: Indices
    """The verdict that the last one would have given, as an index into KINDS."""
    times: Indices
    """How many in a row would have given it."""

    def followed(self, kinds: Indices, refuted: Mask) -> "_Proposals":
        """What follows from one look more; what it has refuted must be seen anew."""
        again = (kinds == self.kinds) & ~refuted
        return _Proposals(kinds, np.where(again, self.times + 1, 1))


class _Look(NamedTuple):
    """One of the looks at M runs."""

    blocks: Blocks
    """At whose ends one looks."""
    seen: Observation
    """At this moment and others, (K, M)."""
    number: int
    """Which of these moments it is."""
    proposed: Indices
    """The verdicts that begin, if all are calm who may be; (M,)."""
    unsure: Mask
    """Where another one would if nobody was; (M,)."""
