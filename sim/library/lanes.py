"""Lanes that a caller adds to a scene: a rule, a rule with a batch size, or a whole lane, by name."""

import math
from collections.abc import Collection, Hashable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, Literal, TypeAlias, cast, get_type_hints

from pydantic import BaseModel, ValidationError, create_model

from ..descent.examples.batches import SAMPLINGS
from ..descent.lane import Lane
from ..descent.rules import OWN, RULES
from ..descent.rules.protocol import Rule
from ..descent.schedules import SCHEDULES, Schedule
from ..scene import Scene
from ..scene.mistakes import reason
from ..scene.speech import LaneName, StrictTable, Text, Title, composed
from .mistakes import UseError, plain, shown, truth, whole_number

Added: TypeAlias = "Rule[Any] | Lane | tuple[Rule[Any], int | Literal['full']]"
"""What may be added as a lane; a rule alone follows the full batch."""

FULL = "full"


def with_rules(scene: Scene, rules: Mapping[str, Added]) -> Scene:
    """The scene with these lanes behind its own; one of a name that it has takes that one's place.

    Raises:
        UseError: what is added is no rule and no lane, or has numbers that no scene file may have.

    >>> from three_marbles import RULES, load
    >>> scene = with_rules(load("ravine"), {"mine": (RULES["adam"](0.1), 2)})
    >>> [(lane.name, lane.batch_size) for lane in scene.lanes][-1]
    ('mine', 2)
    """
    if not isinstance(rules, Mapping):
        raise UseError(f"rules must be a dictionary of rules by their lanes' names, not {shown(rules)}")
    lanes = {lane.name: (lane, claim) for lane, claim in zip(scene.lanes, scene.claims, strict=True)}
    for name, added in rules.items():
        lanes[_name(name, lanes)] = (_lane(name, added, scene.examples.count), None)
    return replace(
        scene,
        lanes=tuple(lane for lane, _ in lanes.values()),
        claims=tuple(claim for _, claim in lanes.values()),
    )


def checked_rule(place: str, rule: Any) -> Rule[Any]:
    """A rule, if it is one as `Rule` describes it, and its numbers may stand in a scene file if it is the program's.

    Raises:
        UseError: it is none; the message says what is missing, or which number is out of bounds.
    """
    kind = type(rule).__name__
    if isinstance(rule, type):
        raise UseError(f"{place} is the class {rule.__name__}; make a rule of it, such as {rule.__name__}(0.1)")
    if isinstance(rule, str):
        example = f'RULES["{rule if rule in RULES else "momentum"}"](0.1)'
        raise UseError(f"{place} must be a rule, such as {example}, not its name, {shown(rule)}")
    missing = [name for name in ("init", "step") if not callable(getattr(rule, name, None))]
    if missing:
        raise UseError(f"{place} is no rule: {kind} has no method {missing[0]}")
    parameters = getattr(type(rule), "__dataclass_params__", None)
    if not is_dataclass(rule) or not getattr(parameters, "frozen", False):
        raise UseError(f"{place} is a {kind}, which must be a frozen dataclass: write @dataclass(frozen=True) over it")
    if type(rule) in OWN:
        return cast(Rule[Any], within_bounds(place, type(rule), rule))
    rate: Any = getattr(rule, "learning_rate", None)
    if rate is None:
        raise UseError(f"{place} has no learning_rate: {kind} needs a field of that name that holds a number")
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not math.isfinite(rate):
        raise UseError(f"the learning_rate of {place} must be a finite number of Python's, not {shown(rate)}")
    try:
        hash(rule)
    except TypeError as error:
        raise UseError(f"{place} cannot be hashed ({error}): its fields must be numbers, texts or tuples") from None
    return cast(Rule[Any], rule)


def checked_schedule(place: str, schedule: Any) -> Schedule:
    """A schedule, if it is one and its numbers may stand in a scene file.

    Raises:
        UseError: it is none, or which number is out of bounds.
    """
    if isinstance(schedule, type) and issubclass(schedule, Schedule):
        name = schedule.__name__
        raise UseError(f"the schedule of {place} is the class {name}; make a schedule of it, such as {name}()")
    if not isinstance(schedule, Schedule):
        example = 'such as SCHEDULES["cosine"](length=200)'
        raise UseError(f"the schedule of {place} must be a schedule, {example}, not {shown(schedule)}")
    kind: type[Schedule] = type(schedule) if type(schedule) in SCHEDULES.values() else Schedule
    return cast(Schedule, within_bounds(f"the schedule of {place}", kind, schedule))


def within_bounds(place: str, kind: type[Any], value: Any) -> Any:
    """A dataclass whose fields, as far as `kind` has them, are what they are annotated to be; numbers become Python's.

    Raises:
        UseError: one is not; the message says which, and what it must be.
    """
    given = {field.name: getattr(value, field.name) for field in fields(kind)}
    found = {name: plain(each) for name, each in given.items()}
    try:
        _bounds(cast(Hashable, kind)).model_validate(found)
    except ValidationError as error:
        name, problem = reason(found, error.errors(include_url=False)[0]).split(" ", 1)
        raise UseError(f"the {name} of {place} {problem.replace('must be a list', 'must be a tuple')}") from None
    changed = {name: each for name, each in found.items() if each is not given[name]}
    return replace(value, **changed) if changed else value


@lru_cache(maxsize=64)
def _bounds(kind: type[Any]) -> type[BaseModel]:
    """What the fields of such a dataclass may hold, as where a scene file names it."""
    hints = get_type_hints(kind, include_extras=True)
    definitions: dict[str, Any] = {field.name: (hints[field.name], ...) for field in fields(kind)}
    return create_model(kind.__name__, __base__=StrictTable, **definitions)


class _Words(StrictTable):
    """The words of a scene that a caller may give, as where a scene file has them."""

    title: Title
    look: Text
    lane: LaneName


def words(key: Literal["title", "look", "lane"], name: str, value: Any) -> str:
    """A text as a scene file may have it for that key.

    Raises:
        UseError: it is none, or too long, or more than a line.
    """
    if not isinstance(value, str):
        raise UseError(f"{name} must be a text, not {shown(value)}")
    text = str(value)
    if not text.isprintable():  # Half a character is no text to the validator.
        raise UseError(f"{name} must be one line of printable characters: {shown(text)}")
    try:
        _Words.model_validate({"title": "-", "look": "-", "lane": "-", key: text})
    except ValidationError as error:
        problem = reason({key: text}, error.errors(include_url=False)[0]).split(" ", 1)[1]
        raise UseError(f"{name} {problem}: {shown(text)}") from None
    return text


def _name(name: Any, known: Collection[str]) -> str:
    """A lane's name, which is one of those that are known or told apart from them."""
    text = words("lane", "a lane's name", name)
    if text not in known and composed(text) in map(composed, known):
        raise UseError(f"a lane's name is that of another lane, with its accents encoded otherwise: {shown(text)}")
    return text


def _lane(name: str, added: Any, count: int) -> Lane:
    place = f"rules[{name!r}]"
    match added:
        case Lane():
            lane = replace(added, name=name)
        case (rule, size):
            lane = Lane(name, rule, count if isinstance(size, str) and size == FULL else size)
        case tuple():
            raise UseError(f"{place} must be a rule, a Lane, or a rule with a batch size, not {shown(added)}")
        case rule:
            lane = Lane(name, rule, count)
    size = whole_number(f"the batch size of {place}", lane.batch_size, 1, count)
    if not isinstance(lane.sampling, str) or lane.sampling not in SAMPLINGS:
        raise UseError(f"the sampling of {place} must be one of {', '.join(SAMPLINGS)}, not {shown(lane.sampling)}")
    full_only = truth(f"the drop_last of {place}", lane.drop_last)
    rule, schedule = checked_rule(place, lane.rule), checked_schedule(place, lane.schedule)
    return replace(lane, rule=rule, batch_size=size, schedule=schedule, drop_last=full_only)
