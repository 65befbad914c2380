"""Numbers and names as people read them."""

import math
import re
from dataclasses import fields
from typing import Any

from ...base.languages import ENGLISH, grouped
from ...descent.lane import Lane
from ...descent.rules import OWN, RULES, rule_name, title_of
from ...descent.rules.protocol import Letter, Rule, letters, names_of
from ...descent.schedules import CONSTANT
from ...descent.verdict.events import Event
from ...descent.verdict.kinds.evidence import Part
from .theme import Theme, say

NO_BREAK = "\u00a0"
"""A space at which no line is broken."""
PLAIN = (1e-3, 1e5)
"""Sizes of what is measured that are written without a power of ten: from the one to below the other."""
HYPHEN = re.compile(r"(?<![\w-])-(?=\d)|(?<=[0-9]e)-(?=\d)")
"""One that stands for a minus sign: before a number or its power of ten."""
FINE = 0.02
"""An interval of shares that is shorter has a digit more."""


def evidence(part: Part, theme: Theme) -> str:
    """A part of a verdict's evidence in the theme's language."""
    return signed(part.formula if part.saying is None else theme.say(part.saying.value, **dict(part.blanks)))


def signed(words: str) -> str:
    """Words with the minus signs of their numbers, which data and tables write as hyphens: κ = −1.2, 3.1e−07."""
    return HYPHEN.sub("−", words)


def way(event: Event, theme: Theme) -> str:
    """From which minimum to which an escape led, by their numbers on the map, which those that were not known lack."""
    places = {
        name: place + 1 for name, place in (("source", event.source), ("target", event.target)) if place is not None
    }
    if "target" not in places:
        return theme.say("from minimum {source}", **places)
    if "source" not in places:
        return theme.say("to minimum {target}", **places)
    return theme.say("minimum {source} → {target}", **places)


def number(value: float) -> str:
    """About four digits, of a width that changes little: 0.3660, −12.35, 3.1e−07. Zero has no sign."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "–"
    size = abs(value)
    whole = len(str(int(size)))
    if size and (size < PLAIN[0] or round(size, max(0, 5 - whole)) >= PLAIN[1]):
        text = f"{value:z.1e}"
    else:
        text = f"{value:z.{max(0, 5 - whole)}f}"
    return text.replace("-", "−")


def brief(value: float, digits: int = 6) -> str:
    """What is measured, to so many digits and as short as that can be written: 0.5, 80000, 1e+05, 2e−04."""
    value = float(f"{value:.{digits}g}")
    if value and not PLAIN[0] <= abs(value) < PLAIN[1]:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{power}"
    else:
        text = f"{value:z.{digits}g}"
    return text.replace("-", "−")


def short(value: float) -> str:
    """A number that somebody chose, as short as it can be written: 0.15, 1e−08."""
    return f"{value:zg}".replace("-", "−")


def rounded(value: float, language: str) -> str:
    """A round number with the language's sign between thousands: 0.5, 1000, 20,000."""
    return grouped(language, f"{value:,g}").replace("-", "−")


def percent(share: float) -> str:
    """A share of 1 in per cent, without the sign; none and all are said of nothing else."""
    hundred = 100 * share
    if 0 < hundred < 1:
        return f"{max(hundred, 0.1):.1f}"
    return f"{min(hundred, 99.9):.1f}" if 99 < hundred < 100 else f"{hundred:.0f}"


def interval(low: float, high: float) -> tuple[str, str]:
    """The ends of an interval of shares in per cent, as in tables; both have as many digits."""
    digits = 1 if high - low < FINE else 0
    return f"{round(100 * low, digits):g}", f"{round(100 * high, digits):g}"


def hyperparameters(rule: Rule[Any]) -> list[str]:
    """The hyperparameters of a rule by their letters; of details, such as Adam's, only those that are not the usual."""
    return list(named_hyperparameters(rule).values())


def named_hyperparameters(rule: Rule[Any]) -> dict[str, str]:
    """What is told of the hyperparameters of a rule, by the names of their fields.

    What a rule from outside has no letter for goes by its name, and is told in any case.
    """
    known, defaults = letters(type(rule)), {field.name: field.default for field in fields(rule)}
    told = dict[str, str]()
    for name in names_of(type(rule)):
        value, letter = getattr(rule, name), known.get(name, Letter(name, always=True))
        if letter.always or value != defaults[name]:
            told[name] = f"{letter.sign} {short(value) if isinstance(value, float) else value}"
    return told


def on_seeds(found: str, seeds: int, first: int, sampled: bool, language: str) -> str:
    """What was measured, with the seeds on which it stands, and how sure it is: of 95 % where chance is in it.

    These stay on one line.
    """
    if seeds:
        told = say(language, "{words} ({count} seeds from {seed}, 95 %)", words="", count=f"{seeds:,}", seed=first)
        words = told.lstrip()
        return found + told.removesuffix(words) + words.replace(" ", NO_BREAK)
    return say(language, "{words} (intervals: 95 %)", words=found) if sampled else found


def rule_in_words(name: str, language: str) -> str:
    """A rule as it is called on screen; one of a file is called what its author called it, in any language."""
    kind = RULES.get(name)
    if kind is not None and kind not in OWN:
        return name
    return say(language, title_of(name))


SAMPLED = {"reshuffled": "", "fixed": "one order for ever", "replacement": "with replacement"}
"""How batches are drawn, where it is not as usual."""


def plans(lane: Lane, language: str) -> list[str]:
    """What is unusual in how the lane's learning rate changes and its batches are drawn."""
    told = [say(language, lane.schedule.name)] if lane.schedule != CONSTANT else []
    told += [say(language, SAMPLED[lane.sampling])] if SAMPLED[lane.sampling] else []
    return told + ([say(language, "last batch dropped")] if lane.drop_last else [])


def settings(lane: Lane, count: int, theme: Theme | None = None) -> str:
    """The rule, its hyperparameters and the batch size among `count` examples, in one line."""
    language = ENGLISH if theme is None else theme.language
    rule = rule_in_words(rule_name(lane.rule), language)
    return " · ".join([rule, *hyperparameters(lane.rule), *plans(lane, language), batch_among(lane, count, language)])


def batch_among(lane: Lane, count: int, language: str) -> str:
    """The lane's batch size among so many examples."""
    return say(language, "B {size} of {count}", size=lane.batch_size, count=count)
