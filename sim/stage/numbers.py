"""Numbers and names as people read them."""

import math
from dataclasses import fields
from typing import Any

from sim.descent.rules import rule_name
from sim.descent.track import Lane

SYMBOLS = {
    "learning_rate": "η",
    "decay": "λ",
    "alpha": "α",
    "beta1": "β1",
    "beta2": "β2",
    "weight_decay": "w",
    "epsilon": "ε",
}
"""Hyperparameters shown on a panel, by the letters of their papers."""
ALWAYS = ("learning_rate", "decay")


def number(value: float) -> str:
    """About four digits, of a width that changes little: 0.3660, −12.35, 3.1e−07."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "none"
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e5):
        text = f"{value:.1e}"
    else:
        whole = len(str(int(size)))
        text = f"{value:.{max(0, 5 - whole)}f}"
    return text.replace("-", "−")


def short(value: float) -> str:
    """A number that somebody chose, as short as it can be written: 0.15, 1e−08."""
    return f"{value:g}".replace("-", "−")


def settings(lane: Lane, count: int) -> str:
    """The rule, its hyperparameters and the batch size among `count` examples, in one line.

    Of Adam's kind of details only those are told that are not the usual ones.
    """
    rule: Any = lane.rule
    told = [
        field
        for field in fields(rule)
        if field.name in ALWAYS or (field.name in SYMBOLS and getattr(rule, field.name) != field.default)
    ]
    chosen = [f"{SYMBOLS[field.name]} {short(getattr(rule, field.name))}" for field in told]
    return " · ".join([rule_name(lane.rule), *chosen, f"B {lane.batch_size} of {count}"])
