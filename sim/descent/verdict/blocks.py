"""What updates come to, ten at a time: the numbers from which a judge tells how a run goes on.

A block is DWELL updates. A judge looks at a run at the end of each, and at nothing shorter.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...surface.points import Array, Mask, dot, norm, total
from ..examples.chance import Indices
from .sketch import Sketch

DWELL = 10  # Updates of a block.
SETTLING = 40  # Over how many updates a marble must make no progress to rattle, or two epochs if they are longer.
BOUNCES = ((40, 0.75), (400, 0.1))
"""Over how many updates a bounce must be undamped, and the share of movements against their predecessors in it.

Gradient descent, with momentum or without, becomes unstable by a step that overshoots to the other
side, every time: so does a bounce. A rule with steps of the same length along each axis may overshoot
along one and the other in turn: then each movement goes back against the one before the last, and the
shorter span tells. A chaotic bounce turns less often, and takes longer to tell from an oscillation that
momentum damps slowly.
"""
SWING = min(span for span, _ in BOUNCES)
"""Over how many movements the longest is taken, and noise is weighed in any bounce: as many as the shortest has."""
EARLIER = 2  # With how many of the movements before it each is compared, to tell whether it goes back.
UNDAMPED = 0.999  # Longest movement of a quarter of a bounce over that of the quarter before.
QUARTERS = 4
AT_HAND = 20_000
"""Movements that are looked at together: few enough for a processor's own memory."""
NO_PROGRESS = 0.5  # Decline of the mean loss between a span's halves, in its standard deviations.
# Batch gradients' deviation from the full one while rattling, over the full one: root mean squares. Less is no noise
# that matters: what swings then does so by itself.
NOISE = 0.2
# Noise over slopes while rattling, both as all that lives on of them: mean squares. With momentum a marble swings down
# into its basin, and its loss goes up and down by that alone. Thrown about at the bottom, noise has more than this.
THROWN = 0.1
# Where the bottom is so steep that noise swells to swings: there the slopes' squares come to η κ / (2 (1 − λ)) of those
# of noise, and to so many times that at most, as they live on.
SWELLING = 6.0
# Of a rule whose steps are as long whatever the gradient: how they scatter in a block, over their mean, both squared.
# Steps at random have 9, those on a way that noise does not turn have none.
SCATTERED = 4.0
UNSURE_SPANS = 2  # Over how many spans it must make no progress if it has not been in any basin yet.
# Over how many updates at least, in as many spans as they take, if it has not come to the core of its basin yet.
COMING = 160
# Over how many spans it must make no progress if it has changed its basin meanwhile.
WANDERING_SPANS = 4
PATIENCE = 2  # Blocks whose movements are compared with those of as many before, to tell how they shrink.
# Blocks that are compared in a lane with small batches, or an epoch of them if that is longer.
PATIENCE_IN_NOISE = 5
SLOWED = 0.5  # Noise that is fading, over that of as many blocks before.
TRACE = 1e-9  # Noise that counts as none, over the scale of gradients.


class Columns(Protocol):
    """What is recorded of M runs, moment by moment: rows as in a track, (rows, M) or (rows, M, 2)."""

    @property
    def theta(self) -> Array: ...
    @property
    def gradient(self) -> Array: ...
    @property
    def movement(self) -> Array: ...
    def ground(self, rows: Indices, runs: Indices | slice, /) -> tuple[Array, Array]:
        """The training loss and its gradient at these rows of these runs, as they index a column."""
        ...


class Blocks(NamedTuple):
    """K blocks of M runs, one after the other."""

    columns: Columns
    """Where what is recorded of them is to be found, and of as many moments before as may be asked for."""
    first: int
    """The moment of the columns' first row."""
    ends: Indices
    """The moments at which the blocks end, (K,)."""


class Motion(NamedTuple):
    """How M runs moved in K blocks; each part of shape (K, M)."""

    longest: Array
    """The longest movement."""
    path: Array
    """All movements' lengths together."""
    turns: Array
    """How many movements go back against the one before,"""
    rounds: Array
    """and how many against the one before that, as those who go round and round in four steps."""


class Ground(NamedTuple):
    """What M runs moved on in K blocks; each part of shape (K, M)."""

    loss: Array
    """The mean loss after the updates."""
    spread: Array
    """The mean of the squared deviation of that loss."""
    slopes: Array
    """The mean of ‖∇L‖² before the updates."""
    noises: Array
    """The mean of ‖∇L_B − ∇L‖² before the updates."""
    led: Array
    """The mean square of what leads them, of a rule that carries on what has moved them; else 0,"""
    thrown: Array
    """and that of what throws them about."""


class Progress(NamedTuple):
    """How M runs go on, as seen at the ends of K blocks; each part of shape (K, M)."""

    longest: Array
    """The longest of the last SWING movements, or of as many as there are."""
    path: Array
    """The length of the way of the last block."""
    remaining: Array
    """How far it will still come, if its movements go on to shrink as they do.

    Infinite if they do not, and after a block whose way is too long for a rest: of that nobody needs to know.
    """
    surely: Mask
    """Whether that is no chance: in noise, movements may shrink and grow again as long as the noise does not fade."""
    slowing: Mask
    """Whether the movements shrink among the last of these blocks, too: else they do beside an earlier throw alone."""
    growing: Array
    """By which factor the longest movement has grown from block to block, at least, over the last SWING movements,"""
    grown: Array
    """and if that from before the first of these to it is left out: it is known when a bounce may be, at the earliest.
    """
    bouncing: tuple[Mask, ...]
    """Whether it has swung to and fro and no less than before, over each of BOUNCES, and not by noise.

    Noise is weighed over the last SWING movements, of the longer bounce, too.
    """
    turning: Mask
    """Whether it has swung to and fro over the shorter of these, however much less than before, where no noise is."""


UNKNOWN, ROUGHLY, EXACTLY = range(3)
"""How it is known what a run has moved on in a block."""

Rates = Callable[[Indices], Array]
"""The learning rates of updates, by their numbers."""


def patience_of(updates_per_epoch: int) -> int:
    """How many blocks are compared with as many before in a lane with noise."""
    return max(PATIENCE_IN_NOISE, -(-updates_per_epoch // DWELL))


def reach_of(updates_per_epoch: int) -> int:
    """The most updates that any verdict by the loss looks back."""
    return max(WANDERING_SPANS * span_of(updates_per_epoch), 2 * DWELL * patience_of(updates_per_epoch))


def span_of(updates_per_epoch: int) -> int:
    """Over how many updates a marble that rattles makes no progress: four quarters of whole blocks."""
    shortest, quarters = max(SETTLING, 2 * updates_per_epoch), QUARTERS * DWELL
    return -(-shortest // quarters) * quarters


class Carrying(NamedTuple):
    """How a rule carries on what has moved a marble."""

    kept: float = 0.0
    """The share of each movement that lives on in the next."""
    even: bool = False
    """Whether its steps are of one length along each axis, whose direction a mean of gradients has a say in."""
    steepness: float = 0.0
    """ηκ, by the largest curvature of a known minimum."""

    @property
    def matters(self) -> bool:
        """Whether a marble may go on for long without new pushes."""
        return self.even or self.kept > 0

    @property
    def needed(self) -> float:
        """What must throw a marble about that rattles, over what leads it."""
        if self.even:
            return SCATTERED
        return 1 / max(1 / THROWN, SWELLING * self.steepness / (2 * (1 - self.kept)))


AT_ONCE = Carrying()
"""A rule that moves by the gradient of the moment, or one of which no more is known."""


class History:
    """Sums up the blocks of M runs of a lane.

    Remembers the last of them, as many as are needed to tell how the runs go on. What is told of a run does not
    depend on how many others there are, nor on how many blocks come at a time.

    How a run has moved costs little, and is summed up of all blocks. What it has moved on, which is the loss of all
    examples, costs much: that is computed where something turns on it, if the moments are still there by then.
    """

    def __init__(
        self,
        updates_per_epoch: int,
        chance: bool,
        marbles: int,
        no_noise: float,
        painted: Rates | None = None,
        resting: float = np.inf,
        lookback: int = 0,
        sketch: Sketch | None = None,
        carrying: Carrying = AT_ONCE,
    ) -> None:
        """What is told of a lane whose epochs are so long.

        Args:
            updates_per_epoch: of its batches.
            chance: whether it has any noise.
            marbles: M.
            no_noise: ‖∇L_B − ∇L‖ that counts as none.
            painted: the learning rates of a rule that adds noise of its own to plain descent: what it took for the
                gradient was −movement/η.
            resting: the longest way of a block after which it is asked what remains.
            lookback: how many moments before those that are new are at hand with them.
            sketch: of the loss, which is asked first where there is one.
            carrying: how the rule carries on what has moved a marble.
        """
        self._carrying = carrying
        self._noisy = chance
        self._painted = painted
        self._no_noise = no_noise
        self._resting = resting
        self._span = span_of(updates_per_epoch) // DWELL
        self._patience = patience_of(updates_per_epoch) if chance else PATIENCE
        longest = max(span for span, _ in BOUNCES) // DWELL
        reach = reach_of(updates_per_epoch)
        self._size = max(reach // DWELL, longest)
        self._at_once = chance and lookback <= reach
        # Before the start there is nothing, and it is no sign of anything.
        self._motion = Motion._make(np.full((self._size, marbles), np.nan) for _ in Motion._fields)
        self._ground = Ground._make(np.full((self._size, marbles), np.nan) for _ in Ground._fields)
        self._known = np.full((self._size, marbles), EXACTLY, dtype=np.int8)  # How it is known what was moved on.
        self._sketch = sketch

    def add(self, blocks: Blocks) -> Progress:
        """How the runs go on at the ends of the next blocks."""
        fresh, size = _motion(blocks), self._size
        self._motion = Motion._make(map(_appended(size), self._motion, fresh))
        unknown = np.full_like(fresh.path, np.nan)
        self._ground = Ground._make(_appended(size)(part, unknown) for part in self._ground)
        self._known = _appended(size)(self._known, np.full(unknown.shape, UNKNOWN, dtype=np.int8))
        if self._at_once:
            rows, runs = np.nonzero(self._known < EXACTLY)
            self._find_out(blocks, rows, runs, EXACTLY)
        with np.errstate(all="ignore"):
            recent = self._last(SWING // DWELL + 1)
            factors = recent.longest[1:] / recent.longest[:-1]
            parts = np.split(self._last(2 * self._patience).longest, [self._patience, -(-3 * self._patience // 2)])
            before, early, late = map(np.fmax.reduce, parts)
            remaining, surely = self._remaining(blocks, fresh.path, before, np.fmax(early, late))
            return Progress(
                longest=np.fmax.reduce(recent.longest[1:]),
                path=fresh.path,
                remaining=remaining,
                surely=surely,
                slowing=late < early,
                growing=np.nan_to_num(factors.min(axis=0), nan=0.0),
                grown=np.nan_to_num(factors[1:].min(axis=0), nan=0.0),
                bouncing=tuple(self._overshooting(blocks, swinging) for swinging in self._swinging(len(blocks.ends))),
                turning=self._turning(),
            )

    def calm(self, blocks: Blocks, spans: int, look: int, runs: Indices) -> Mask:
        """Whether the loss of these runs (n,) has not fallen over so many spans though batches were noisy; (n,).

        Args:
            blocks: those that were added last.
            spans: over how many.
            look: at the end of which of the blocks.
            runs: of which it is asked.
        """
        size = spans * self._span
        if not self._noisy or blocks.ends[look] < size * DWELL:  # It has not gone on for so long yet.
            return np.zeros(len(runs), dtype=np.bool_)
        calm, unsure = np.zeros(len(runs), dtype=np.bool_), np.ones(len(runs), dtype=np.bool_)
        with np.errstate(all="ignore"):
            if self._sketch is not None:
                calm, unsure = _roughly_calm(
                    self._grounds(blocks, size, look, runs, ROUGHLY), self._sketch, self._carrying
                )
            if unsure.any():
                calm[unsure] = _calm(self._grounds(blocks, size, look, runs[unsure]), self._carrying)
        return calm

    def _last(self, size: int) -> Motion:
        """The last `size` blocks at each of the ends, the earliest first: each part (size, K, M)."""
        begin = self._size - size + 1
        return Motion._make(sliding_window_view(part[begin:], size, axis=0).transpose(2, 0, 1) for part in self._motion)

    def _grounds(self, blocks: Blocks, size: int, look: int, runs: Indices, known: int = EXACTLY) -> Ground:
        """What these runs (n,) have moved on in the last `size` blocks at one of the ends: (size, n).

        known: how that must be known at least.
        """
        last = self._size + look
        some = slice(last - size + 1, last + 1), runs
        row, run = np.nonzero(self._known[some] < known)
        if len(row):
            self._find_out(blocks, row + last - size + 1, runs[run], known)
        return Ground._make(part[some] for part in self._ground)

    def _find_out(self, blocks: Blocks, rows: Indices, runs: Indices, known: int) -> None:
        """What these runs (n,) have moved on in these of the blocks that are remembered (n,), roughly or exactly."""
        sketch = self._sketch if known == ROUGHLY else None
        with np.errstate(all="ignore"):
            found = _ground(
                blocks, blocks.ends[0] + (rows - self._size) * DWELL, runs, self._painted, sketch, self._carrying
            )
        for part, numbers in zip(self._ground, found, strict=True):
            part[rows, runs] = numbers
        self._known[rows, runs] = known

    def _remaining(self, blocks: Blocks, path: Array, before: Array, after: Array) -> tuple[Array, Mask]:
        """The sum of the geometric series that goes on as the longest movements of these blocks' halves do, and whether
        it does so for sure.

        path: the ways of the last blocks; before, after: the longest movements of these halves; (K, M) each.
        """
        way = self._patience * DWELL * after * after / (before - after)
        way = np.where((after < before) & (path <= self._resting), way, np.inf)
        surely = np.ones(way.shape, dtype=np.bool_)
        if self._noisy:
            asked = (way < np.inf) & (after != 0)
            for look in np.flatnonzero(asked.any(axis=1)).tolist():
                runs = np.flatnonzero(asked[look])
                surely[look, runs] = self._fading(blocks, look, runs)
        return np.where(after == 0, 0.0, way), surely

    def _swinging(self, count: int) -> list[Mask]:
        """Who swings to and fro and no less than before over each of BOUNCES, over the first also round and round."""
        motion = self._motion
        swinging = [_undamped(motion.longest, motion.turns, count, *bounce) for bounce in BOUNCES]
        swinging[0] |= _undamped(motion.longest, motion.rounds, count, *BOUNCES[0])
        return swinging

    def _turning(self) -> Mask:
        """Who swings to and fro or round and round as often as in a shortest bounce; where no noise is."""
        last = self._last(SWING // DWELL)
        if self._noisy:
            return np.zeros(last.turns.shape[1:], dtype=np.bool_)
        often = np.maximum(total(last.turns), total(last.rounds))
        return np.asarray(often >= BOUNCES[0][1] * SWING)

    def _overshooting(self, blocks: Blocks, swinging: Mask) -> Mask:
        """Which of the runs that swing to and fro (K, M) overshoot, rather than being thrown to and fro by noise. What
        noise throws goes back with every other movement or so, and its longest movements are as long as ever. It is
        weighed over the last SWING movements, for however many of them they have swung.
        """
        if not self._noisy:
            return swinging
        overshooting = swinging.copy()
        for look in np.flatnonzero(swinging.any(axis=1)).tolist():
            runs = np.flatnonzero(swinging[look])
            ground = self._grounds(blocks, SWING // DWELL, look, runs)
            overshooting[look, runs] = total(ground.noises) <= NOISE * NOISE * total(ground.slopes)
        return overshooting

    def _fading(self, blocks: Blocks, look: int, runs: Indices) -> Mask:
        """Whether at one of the ends the noise of these runs (n,) has become little, or less than before; (n,)."""
        ground = self._grounds(blocks, 2 * self._patience, look, runs)
        noise_before, noise = total(ground.noises[: self._patience]), total(ground.noises[self._patience :])
        fading = noise <= NOISE * NOISE * total(ground.slopes[self._patience :])
        fading |= noise <= np.fmax(SLOWED**2 * noise_before, self._patience * self._no_noise * self._no_noise)
        return np.asarray(fading)


def _appended(size: int) -> Callable[[Any, Any], Any]:
    """Joins the last rows of the one, so many as are remembered, and those of the other."""
    return lambda known, fresh: np.concatenate([known[len(known) - size :], fresh])


def _calm(ground: Ground, carrying: Carrying) -> Mask:
    """Whether the loss has not fallen over these blocks, though the batches were noisy, and no less so by and by.

    Noise must have moved the marble, too, rather than what it had of the way before.

    Where all examples have the same minimum, noise fades on the way there as the loss does: how far that falls is then
    lost in how much it was at first.
    """
    decline, deviation = _decline(ground)
    noisy = total(ground.noises) > NOISE * NOISE * total(ground.slopes)
    if carrying.matters:
        noisy &= total(ground.thrown) > carrying.needed * total(ground.led)
    before, after = _halves(ground.noises)
    return np.asarray((decline <= NO_PROGRESS * deviation) & noisy & (after > SLOWED * SLOWED * before))


def _roughly_calm(ground: Ground, sketch: Sketch, carrying: Carrying) -> tuple[Mask, Mask]:
    """Who is surely calm by what is roughly known of these blocks, and of whom neither yes nor no is sure.

    If no loss is off by more than e, no mean of them is, nor their standard deviation; and if no gradient is, nor is
    their root mean square; and of sums over a block, none by more than DWELL times as much. NaN, of what the sketch
    does not show, is never sure.
    """
    decline, deviation = _decline(ground)
    steady = NO_PROGRESS * deviation - decline
    noise, slope = (np.sqrt(total(squares) / len(squares)) for squares in (ground.noises, ground.slopes))
    before, after = map(np.sqrt, _halves(ground.noises))
    asked = [
        (steady, (2 + NO_PROGRESS) * sketch.loss_error),
        (noise - NOISE * slope, (1 + NOISE) * sketch.slope_error),
        (after - SLOWED * before, (1 + SLOWED) * sketch.slope_error),
    ]
    if carrying.matters:
        thrown, led = (np.sqrt(total(squares) / len(squares)) for squares in (ground.thrown, ground.led))
        share = math.sqrt(carrying.needed)
        error = 0.0 if carrying.even else DWELL * sketch.slope_error
        asked.append((thrown - share * led, (1 + share) * error))
    calm = np.all([value > error for value, error in asked], axis=0)
    return np.asarray(calm), ~(calm | np.any([value < -error for value, error in asked], axis=0))


def _decline(ground: Ground) -> tuple[Array, Array]:
    """By how much the mean loss declines from half to half of these blocks, and the loss' standard deviation."""
    means, count = ground.loss, len(ground.loss)
    deviations = means - total(means) / count
    variance = total(ground.spread) / count + total(deviations * deviations) / count
    before, after = _halves(means)
    return before - after, np.sqrt(variance)


def _halves(part: Array) -> tuple[Array, Array]:
    """The means of the first and of the last half of these blocks; (n,) each."""
    half = len(part) // 2
    return total(part[:half]) / half, total(part[half:]) / half


def _undamped(longest: Array, turns: Array, count: int, span: int, share: float) -> Mask:
    """Whether, over so many updates, every quarter has as long a movement as that before, and this share turn: in the
    last quarter, too, for else it has ended.

    It is told of the ends of the last `count` blocks: (K, M).
    """
    quarter = span // DWELL // QUARTERS
    longest, turns = _over(np.maximum, longest, quarter), _over(np.add, turns, quarter)
    ends = [slice(len(longest) - count - later * quarter, len(longest) - later * quarter) for later in range(QUARTERS)]
    undamped = longest[ends[-1]] > 0
    for after, before in pairwise(ends):
        undamped &= longest[after] >= UNDAMPED * longest[before]
    going_on = turns[ends[0]] >= share * span / QUARTERS
    return np.asarray(undamped & going_on & (sum(turns[end] for end in ends) >= share * span))


def _over(combine: np.ufunc, part: Array, size: int) -> Array:
    """The numbers (n, M) of so many blocks in a row, combined, from the first `size` on: (n − size + 1, M)."""
    combined = part[size - 1 :].copy()
    for earlier in range(1, size):
        combine(combined, part[size - 1 - earlier : len(part) - earlier], out=combined)
    return combined


def _motion(blocks: Blocks) -> Motion:
    """How all runs moved in these blocks: as many at a time as a processor has at hand."""
    runs = blocks.columns.movement.shape[1]
    rows, begin = max(1, AT_HAND // (DWELL * runs)) * DWELL, int(blocks.ends[0]) - DWELL - blocks.first
    end = int(blocks.ends[-1]) - blocks.first
    parts = [_moved(blocks.columns.movement, row, min(row + rows, end)) for row in range(begin, end, rows)]
    return Motion(*map(np.concatenate, zip(*parts, strict=True)))


def _moved(movement: Array, begin: int, end: int) -> Motion:
    """How all runs moved from row to row of the movements, which are whole blocks."""
    before = max(begin - EARLIER, 0)  # The first movement of all has none before it.
    moves = movement[before:end]
    with np.errstate(all="ignore"):
        turns = np.zeros((EARLIER, *moves.shape[:2]))
        for earlier in range(1, EARLIER + 1):
            turns[earlier - 1, earlier:] = dot(moves[earlier:], moves[:-earlier]) < 0
        lengths = _by_blocks(norm(moves[begin - before :]))
        counts = (_by_blocks(back[begin - before :]).sum(axis=0) for back in turns)
        return Motion(lengths.max(axis=0), total(lengths), *counts)


def _by_blocks(rows: Array) -> Array:
    """Rows (K · DWELL, M) as those of each block: (DWELL, K, M)."""
    return rows.reshape(-1, DWELL, rows.shape[1]).swapaxes(0, 1)


def _ground(
    blocks: Blocks,
    ends: Indices,
    runs: Indices,
    painted: Rates | None,
    sketch: Sketch | None,
    carrying: Carrying,
) -> Ground:
    """What these runs (n,) moved on in the blocks that end with these moments (n,); roughly, if that by a sketch."""
    columns, rows = blocks.columns, ends - blocks.first + np.arange(-DWELL, 1)[:, None]  # (DWELL + 1, n)
    losses, slopes = columns.ground(rows, runs) if sketch is None else sketch.at(columns.theta[rows, runs])
    losses, slopes = losses[1:], slopes[:-1]
    if painted is None:
        felt = columns.gradient[rows[:-1], runs]
    else:
        felt = -columns.movement[rows[:-1], runs] / painted(rows[:-1] + blocks.first)[..., None]
    noises, mean = felt - slopes, total(losses) / DWELL
    deviations = losses - mean
    parts = [slopes, noises]
    if carrying.matters:
        parts += _driven(carrying, slopes, noises, columns.movement[rows[:-1], runs])
    squares = [total(part) / len(part) for part in (deviations * deviations, *(dot(part, part) for part in parts))]
    return Ground(mean, *squares, *[np.zeros_like(mean)] * (len(Ground._fields) - 1 - len(squares)))


def _driven(carrying: Carrying, slopes: Array, noises: Array, moves: Array) -> tuple[Array, Array]:
    """What leads marbles and what throws them about, by their pushes and movements in a block; (DWELL, n, 2) each."""
    if carrying.even:
        mean = total(moves) / DWELL
        return np.broadcast_to(mean, moves.shape), moves - mean
    return _left(slopes, carrying.kept), _left(noises, carrying.kept)


def _left(pushes: Array, kept: float) -> Array:
    """What is left of the pushes (DWELL, n, 2) so far, after each, if this share lives on from one to the next."""
    left = pushes.copy()
    for later in range(1, len(left)):
        left[later] += kept * left[later - 1]
    return left
