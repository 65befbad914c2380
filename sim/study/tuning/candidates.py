"""What a search chooses from: for each lane a grid of values of its numbers, its own values among them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from ...descent.rules import OWN, RULES
from ...scene import Scene, SceneError
from ...scene.words import path_text
from ..sweep.outsiders import open_tables, restored
from ..sweep.settings import Over, Parameter, Value, parameter, scene_with
from ..work.workers import StudyError

RATE = "learning_rate"
FACTOR = 2.0
"""Between neighbours of the usual grid of learning rates."""
AT_FIRST, FARTHEST = 5, 12
"""Steps of it, either way from the lane's own, that are looked at first, and at most, if the best lies at an end."""
FINE = 4
"""Steps of the fine grid in one of the coarse."""
MOST = 600
"""Combinations of coarse values of one lane."""
DIGITS = 4
"""Significant ones of a learning rate that is made: nobody means more."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The combinations of one lane, each an index into every axis."""

    lane: str
    keys: tuple[str, ...]
    """The numbers, the learning rate first."""
    axes: tuple[tuple[Value, ...], ...]
    """Their values; of the learning rate from the smallest to the largest, the fine ones, too."""
    own: tuple[int, ...]
    """The combination that the scene has."""
    coarse: tuple[int, ...]
    """Which of the learning rates are those of the coarse grid."""
    first: tuple[int, int]
    """Between which places among `coarse`, both included, the search begins."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each number has."""
        return tuple(map(len, self.axes))

    def values(self, candidate: Sequence[int]) -> dict[str, Value]:
        """What its numbers are."""
        return {key: axis[at] for key, axis, at in zip(self.keys, self.axes, candidate, strict=True)}

    def others(self) -> list[tuple[int, ...]]:
        """All combinations of what is not the learning rate."""
        return [*product(*(range(len(axis)) for axis in self.axes[1:]))]

    def begin(self) -> list[tuple[int, ...]]:
        """The candidates with which a search begins."""
        low, high = self.first
        return [(rate, *rest) for rate in self.coarse[low : high + 1] for rest in self.others()]

    def beyond(self, candidate: Sequence[int], seen: Iterable[Sequence[int]]) -> list[tuple[int, ...]]:
        """Two more learning rates of the coarse grid, where the candidate has the smallest or the largest seen."""
        places = sorted({self.coarse.index(rate) for rate, *_ in seen})
        here = self.coarse.index(candidate[0])
        found: list[int] = []
        if here == places[0]:
            found += [here - 1, here - 2]
        if here == places[-1]:
            found += [here + 1, here + 2]
        return [(self.coarse[at], *candidate[1:]) for at in found if 0 <= at < len(self.coarse)]

    def around(self, candidate: Sequence[int]) -> list[tuple[int, ...]]:
        """Candidates with a learning rate of the fine grid between this one's and its neighbours' of the coarse one."""
        here = self.coarse.index(candidate[0])
        low, high = self.coarse[max(here - 1, 0)], self.coarse[min(here + 1, len(self.coarse) - 1)]
        return [(rate, *candidate[1:]) for rate in range(low, high + 1) if rate not in self.coarse]

    def departure(self, candidate: Sequence[int]) -> tuple[int, int]:
        """How far it is from what the lane has: in how many other numbers, and in steps of the learning rate."""
        others = sum(at != own for at, own in zip(candidate[1:], self.own[1:], strict=True))
        return others, abs(candidate[0] - self.own[0])

    def is_last(self, candidate: Sequence[int]) -> bool:
        """Whether there is no smaller, or no larger, learning rate to be looked at."""
        return len(self.coarse) > 1 and candidate[0] in (0, len(self.axes[0]) - 1)


def candidates(scene: Scene, lane: str, overs: Sequence[Over]) -> Candidates:
    """The candidates of a lane, with the values of such of its numbers as it has; its own always belong to them.

    overs: paths are keys of the lane, such as `decay` or `schedule.period`.

    Raises:
        SceneError: a value makes no scene.
        StudyError: they are too many.
    """
    tables = open_tables(scene)
    table = tables["lane"][lane]
    given = {each.text: parameter(_of_lane(each, lane), tables) for each in overs if _has(table, each)}
    for key, wanted in given.items():
        for value in wanted.values:
            changed_scene(scene, lane, {key: value})
    rate = given.pop(RATE, None)
    axes = [_rates(scene, lane, table[RATE]) if rate is None else _refined(table[RATE], rate)]
    rates, coarse, first = axes[0]
    keys, own = [RATE], [rates.index(float(table[RATE]))]
    values: list[tuple[Value, ...]] = [rates]
    for key, wanted in given.items():
        at = _at(table, key.split("."))
        at = str(at).lower() if isinstance(at, bool) else at
        among = wanted.values if at in wanted.values else (at, *wanted.values)
        keys.append(key)
        values.append(among)
        own.append(among.index(at))
    found = Candidates(lane, tuple(keys), tuple(values), tuple(own), coarse, first)
    count = len(found.coarse) * math.prod(found.shape[1:])
    if count > MOST:
        raise StudyError(f"lane {lane} would have {count:,} combinations of values, more than {MOST:,}: ask for fewer")
    return found


def changed_scene(scene: Scene, lane: str, values: Mapping[str, Value]) -> Scene:
    """The scene in which these of the lane's numbers are such.

    Raises:
        SceneError: that is none.
    """
    settings = []
    for key, value in values.items():
        path = ("lane", lane, *key.split("."))
        settings.append((Parameter(path_text(*path), (path,), (value,), False), value))
    alone = with_lanes(scene, [lane])
    (changed,) = restored(scene_with(open_tables(alone), scene.name, settings), alone).lanes
    return replace(scene, lanes=tuple(changed if each.name == lane else each for each in scene.lanes))


def with_lanes(scene: Scene, names: Sequence[str]) -> Scene:
    """The scene with these of its lanes, in this order; what is said and promised of others is left out."""
    known = {lane.name: (lane, claim) for lane, claim in zip(scene.lanes, scene.claims, strict=True)}
    lanes, claims = zip(*(known[name] for name in names), strict=True)
    return scene_without_words(replace(scene, lanes=lanes, claims=claims))


def scene_without_words(scene: Scene) -> Scene:
    """The scene without what is said while it runs."""
    return replace(scene, captions=(), question=None, translations=())


def of_every_rule(scene: Scene, lane: str) -> Scene:
    """The scene with a lane for every rule of the program, each as that lane is but for its rule.

    All begin with its learning rate; what else a rule has is as usual.
    """
    (pattern,) = (each for each in scene.lanes if each.name == lane)
    rate = pattern.rule.learning_rate
    rules = {name: kind(learning_rate=rate) for name, kind in RULES.items() if kind in OWN}  # type: ignore[call-arg]
    lanes = tuple(replace(pattern, name=name, rule=rule) for name, rule in rules.items())
    return scene_without_words(replace(scene, lanes=lanes, claims=(None,) * len(lanes)))


def keys_of(scene: Scene) -> list[str]:
    """The numbers of any lane that can be chosen among."""
    found: dict[str, None] = {}
    for table in open_tables(scene)["lane"].values():
        for key, value in table.items():
            if isinstance(value, dict):
                found.update((f"{key}.{inner}", None) for inner in value if not isinstance(value[inner], str))
            elif not isinstance(value, str) or key == "batch_size":
                found[key] = None
    return list(found)


def _of_lane(wanted: Over, lane: str) -> Over:
    return Over(path_text("lane", lane, *map(str, wanted.steps)), ("lane", lane, *wanted.steps), wanted.items)


def _has(table: dict[str, Any], wanted: Over) -> bool:
    here: Any = table
    for step in wanted.steps:
        if not isinstance(here, dict) or step not in here:
            return False
        here = here[step]
    return True


def _at(table: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        table = table[step]
    return table


def _rates(scene: Scene, lane: str, own: float) -> tuple[tuple[float, ...], tuple[int, ...], tuple[int, int]]:
    """The usual grid around the lane's own learning rate, as far as that is one; its coarse part; where to begin."""
    steps = range(-FARTHEST * FINE, FARTHEST * FINE + 1)
    made = [(step, _round(own * FACTOR ** (step / FINE)) if step else own) for step in steps]
    possible = {0} | {step for step, rate in made if not step % FINE and _possible(scene, lane, rate)}
    kept = [
        (step, rate) for step, rate in made if {step // FINE * FINE, -(-step // FINE) * FINE} <= possible and rate > 0
    ]
    rates = tuple(rate for _, rate in kept)
    coarse = tuple(at for at, (step, _) in enumerate(kept) if step % FINE == 0)
    middle = coarse.index(rates.index(own))
    return rates, coarse, (max(0, middle - AT_FIRST), min(len(coarse) - 1, middle + AT_FIRST))


def _possible(scene: Scene, lane: str, rate: float) -> bool:
    """Whether a lane may have such a learning rate."""
    try:
        changed_scene(scene, lane, {RATE: rate})
    except SceneError:
        return False
    return True


def _refined(own: float, wanted: Parameter) -> tuple[tuple[float, ...], tuple[int, ...], tuple[int, int]]:
    """The learning rates that were asked for and the lane's own, and between neighbours some more, at equal ratios."""
    given = sorted({float(own), *map(float, wanted.values)})
    rates: list[float] = []
    coarse = []
    for low, high in zip(given, [*given[1:], given[-1]], strict=True):
        coarse.append(len(rates))
        between = [_round(low * (high / low) ** (step / FINE)) for step in range(1, FINE)]
        rates += [low, *(rate for rate in dict.fromkeys(between) if low < rate < high)]
    return tuple(rates), tuple(coarse), (0, len(coarse) - 1)


def _round(rate: float) -> float:
    return float(f"{rate:.{DIGITS}g}")
