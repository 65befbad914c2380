"""Lanes that a caller adds to a scene: a rule, a rule with a batch size, or a whole lane, by name."""

from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from typing import Any, Literal, TypeAlias, cast

from ..descent.lane import Lane
from ..descent.rules.protocol import Rule
from ..scene import Scene
from .mistakes import UseError, shown, whole_number

Added: TypeAlias = "Rule[Any] | Lane | tuple[Rule[Any], int | Literal['full']]"
"""What may be added as a lane; a rule alone follows the full batch."""

FULL = "full"


def with_rules(scene: Scene, rules: Mapping[str, Added]) -> Scene:
    """The scene with these lanes behind its own; one of a name that it has takes that one's place.

    Raises:
        UseError: what is added is no rule and no lane.

    >>> from three_marbles import RULES, load
    >>> scene = with_rules(load("ravine"), {"mine": (RULES["adam"](0.1), 2)})
    >>> [(lane.name, lane.batch_size) for lane in scene.lanes][-1]
    ('mine', 2)
    """
    if not isinstance(rules, Mapping):
        raise UseError(f"rules must be a dictionary of rules by their lanes' names, not {shown(rules)}")
    lanes = {lane.name: (lane, claim) for lane, claim in zip(scene.lanes, scene.claims, strict=True)}
    for name, added in rules.items():
        lanes[_name(name)] = (_lane(name, added, scene.examples.count), None)
    return replace(
        scene,
        lanes=tuple(lane for lane, _ in lanes.values()),
        claims=tuple(claim for _, claim in lanes.values()),
    )


def checked_rule(place: str, rule: Any) -> Rule[Any]:
    """A rule, if it is one as `Rule` describes it.

    Raises:
        UseError: it is none; the message says what is missing.
    """
    kind = type(rule).__name__
    if isinstance(rule, type):
        raise UseError(f"{place} is the class {rule.__name__}; make a rule of it, such as {rule.__name__}(0.1)")
    missing = [name for name in ("init", "step") if not callable(getattr(rule, name, None))]
    if missing:
        raise UseError(f"{place} is no rule: {kind} has no method {missing[0]}")
    parameters = getattr(type(rule), "__dataclass_params__", None)
    if not is_dataclass(rule) or not getattr(parameters, "frozen", False):
        raise UseError(f"{place} is a {kind}, which must be a frozen dataclass: write @dataclass(frozen=True) over it")
    if not isinstance(getattr(rule, "learning_rate", None), int | float):
        raise UseError(f"{place} has no learning_rate: {kind} needs a field of that name that holds a number")
    try:
        hash(rule)
    except TypeError as error:
        raise UseError(f"{place} cannot be hashed ({error}): its fields must be numbers, texts or tuples") from None
    return cast(Rule[Any], rule)


def _name(name: object) -> str:
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise UseError(f"a lane's name must be a text in one line, not {shown(name)}")
    return name


def _lane(name: str, added: Any, count: int) -> Lane:
    place = f"rules[{name!r}]"
    match added:
        case Lane():
            lane = replace(added, name=name)
        case (rule, size):
            lane = Lane(name, rule, count if size == FULL else size)
        case tuple():
            raise UseError(f"{place} must be a rule, a Lane, or a rule with a batch size, not {shown(added)}")
        case rule:
            lane = Lane(name, rule, count)
    size = whole_number(f"the batch size of {place}", lane.batch_size, 1, count)
    return replace(lane, rule=checked_rule(place, lane.rule), batch_size=size)
