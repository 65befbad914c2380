"""A race's numbers in a few letters: where another computer's race departs from it, they differ.

The same program gives the same bits on one machine. Elsewhere NumPy's exp, sin, cos and powers may round differently in
the last place, by processor and by library, and a race that is sensitive to its start magnifies that.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .race import Race

Digest = tuple[tuple[int, str], ...]
"""Numbers of updates, rising, each with letters that follow from all of the race up to there."""

DIGEST = r"^$|^[0-9]{1,7}:[0-9a-f]{4}( [0-9]{1,7}:[0-9a-f]{4})*$"
"""What `digest_text` looks like."""

DENSE, GROWTH = 32, 1.1
"""Up to so many updates each is told; from there on, the next is so many times as far."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where two races from the same start part."""

    same: int
    """The last update up to which they are known to be the same."""
    other: int
    """The first at which they are known not to be."""

    @property
    def sentence(self) -> str:
        """What there is to say of it, with {same} and {other} to be filled in."""
        return EXACT if self.other <= self.same + 1 else ROUGH


EXACT = "From update {other} on, what is computed and shown here differs from the file."
ROUGH = "From somewhere between updates {same} and {other} on, what is computed and shown here differs from the file."


def digest(race: Race, last: int) -> Digest:
    """The digest of a race up to that update, or as far as it has been computed."""
    return _at(race, _marks(min(last, race.updates)))


def _at(race: Race, updates: Iterable[int]) -> Digest:
    found, told, begin = hashlib.blake2b(digest_size=2), [], 0
    for update in updates:
        for track in race.tracks:
            theta = track.theta[begin : update + 1]
            found.update(np.where(np.isfinite(theta), theta, np.inf).astype("<f8").tobytes())
        begin = update + 1
        told.append((update, found.copy().hexdigest()))
    return tuple(told)


def departure(race: Race, other: Digest) -> Departure | None:
    """Where a race departs from the one with that digest; None if it does not, as far as both are known."""
    known = [(update, letters) for update, letters in other if update <= race.updates]
    same = 0
    for (update, own), (_, letters) in zip(_at(race, [update for update, _ in known]), known, strict=True):
        if own != letters:
            return Departure(same, update)
        same = update
    return None


def digest_text(told: Digest) -> str:
    """The digest as a word for each update, such as "40:1f6e"."""
    return " ".join(f"{update}:{letters}" for update, letters in told)


def parse_digest(text: str) -> Digest:
    """The digest that such a text tells, which has the form of DIGEST."""
    pairs = (word.split(":") for word in text.split())
    return tuple((int(update), letters) for update, letters in pairs)


def _marks(last: int) -> Iterator[int]:
    """The updates that are told of up to the last, which is one of them."""
    update = 0
    while update < last:
        yield update
        update = update + 1 if update < DENSE else int(update * GROWTH)
    yield last
