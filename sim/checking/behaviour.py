"""What holds of every rule, whatever it is: each a question with a sentence for what is wrong, and where."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..descent.rules.guard import (
    WRITES,
    RuleFailure,
    asked,
    checked,
    guarded_init,
    guarded_step,
    place_of,
    with_settings,
)
from ..descent.rules.protocol import Rule
from ..descent.update import BatchSlope
from .ground import STARTS, Batch, Path, Writable, path

UPDATES = 12
MANY = 300
"""Updates in which a rule that goes wrong late, by a count or a product that grows, has had time to."""

Question = Callable[[Rule[Any]], str]


def answers(rule: Rule[Any]) -> str:
    """Movements and states are what they should be, where there is a slope."""
    way = Path(rule, STARTS)
    for update in range(MANY):
        try:
            way.step()
        except RuleFailure as failure:
            return f"{failure}, in update {update + 1}"
    return ""


def rests(rule: Rule[Any]) -> str:
    """A gradient of exactly 0 is answered with a number, by a rule that answers others as it should."""
    theta = np.zeros((1, 2))
    with np.errstate(all="ignore"):
        state: Any = asked(rule, "init", lambda: rule.init(theta.copy()))
        slope = BatchSlope(Writable(np.zeros(2)), theta, None, lambda: np.zeros((1, 2)))
        answer: Any = asked(rule, "step", lambda: rule.step(theta.copy(), slope, state))
    match answer:
        case np.ndarray(dtype=np.float64) as movement, _ if np.isnan(movement).any():
            return _at(rule, "where the gradient is exactly 0 it moves by nan: what it divides by is 0 there")
    try:
        path(rule, STARTS, 1)
    except RuleFailure:
        return ""
    try:
        checked(rule, theta, slope, state, answer)
    except RuleFailure as failure:
        return f"{failure}, where the gradient is exactly 0"
    return ""


def reads(rule: Rule[Any]) -> str:
    """It writes to nothing that it was given."""
    theta, updates = STARTS.copy(), range(UPDATES)
    try:
        with np.errstate(all="ignore"):
            state = guarded_init(rule, theta)
            for update in updates:
                slope = BatchSlope(Batch(update), theta, None, lambda: np.zeros_like(STARTS))
                movement, state = guarded_step(rule, theta, slope, state)
                theta = theta + movement
    except RuleFailure as failure:
        if WRITES in str(failure):
            return str(failure)
    return ""


def stands_alone(rule: Rule[Any]) -> str:
    """A marble among others has the bits that it has alone."""
    together = path(rule, STARTS, UPDATES)
    for marble in range(len(STARTS)):
        way = Path(rule, STARTS[marble : marble + 1], [marble])
        for update in range(UPDATES):
            if (way.step()[0] != together[update, marble]).any():
                what = f"among {len(STARTS)} marbles one moves otherwise than alone, in update {update + 1}"
                return _at(rule, f"{what}: it mixes marbles, as a norm or mean over all of them does")
    return ""


def replays(rule: Rule[Any]) -> str:
    """From a state that was kept it goes on as it did."""
    way = Path(rule, STARTS)
    for _ in range(UPDATES // 2):
        way.step()
    theta, state, updates = way.theta.copy(), way.state, way.updates
    first = [way.step() for _ in range(UPDATES // 2)]
    way.theta, way.state, way.updates = theta, state, updates
    again = [way.step() for _ in range(UPDATES // 2)]
    if np.array_equal(first, again):
        return ""
    return _at(rule, "from a state that was kept it goes on otherwise than it did: something is remembered elsewhere")


def remembers_in_its_state(rule: Any) -> str:
    """Two of its kind that run by turns are in each other's way in nothing."""
    alone = path(with_settings(rule), STARTS, UPDATES)
    one, other = Path(with_settings(rule), STARTS), Path(with_settings(rule), STARTS[::-1])
    turns = []
    for _ in range(UPDATES):
        turns.append(one.step())
        other.step()
    if np.array_equal(alone, turns) and np.array_equal(alone, path(rule, STARTS, UPDATES)):
        return ""
    return _at(rule, "while another one like it runs it moves otherwise: it remembers something outside of its state")


def is_a_value(rule: Any) -> str:
    """Equal rules are equal, and have one hash."""
    same = with_settings(rule)
    try:
        if asked(rule, "__eq__", lambda: bool(same == rule)) and hash(same) == hash(rule):
            return ""
    except RuleFailure as failure:
        return str(failure)
    return _at(rule, "two of them with the same settings are not equal, or not hashed alike")


def _at(rule: Rule[Any], sentence: str) -> str:
    return f"{place_of(rule, 'step')}: {sentence}"


QUESTIONS: Mapping[str, tuple[str, Question]] = {
    "answers": (
        f"movements are finite, of float64 and of θ's shape, and states are NamedTuples, in {MANY} updates",
        answers,
    ),
    "rests": ("a gradient of exactly 0 is answered with a number", rests),
    "reads": ("what it is given is not written to", reads),
    "alone": ("a marble has the same bits alone and among others", stands_alone),
    "replay": ("from a state that was kept it goes on as it did", replays),
    "state": ("nothing is remembered outside of the state", remembers_in_its_state),
    "value": ("equal rules are equal, and hashed alike", is_a_value),
}
"""By the name of each: what should hold, and what finds out whether it does."""
