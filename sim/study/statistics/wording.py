"""How an estimate is told: the number, and the interval in which the true one lies."""

import math

from ...report import json_number
from .intervals import Estimate

EXACT = 1e-9  # An interval this narrow, over the number itself, is no reason to write more digits.
SMALL, LARGE = 1e-5, 1e9  # Below and from there on, numbers are written with an exponent.

INTERVALS = "Intervals hold the true value with 95 % confidence."


def estimate_summary(estimate: Estimate) -> dict[str, float | None]:
    """An estimate as what JSON can hold."""
    return {"value": json_number(estimate.value), "low": json_number(estimate.low), "high": json_number(estimate.high)}


def share_texts(estimate: Estimate) -> tuple[str, str]:
    """A share and its interval in percent, with the digits that the interval is worth."""
    value, interval = number_texts(Estimate(100 * estimate.value, 100 * estimate.low, 100 * estimate.high))
    return value if math.isnan(estimate.value) else f"{value} %", interval


def number_texts(estimate: Estimate) -> tuple[str, str]:
    """A number and its interval, with the digits that the interval is worth.

    >>> number_texts(Estimate(-9.04e-11, -9.9e-11, -8.0e-11))
    ('-9.0e-11', '-9.9e-11 … -8.0e-11')
    """
    value, low, high = estimate.numbers
    if not math.isfinite(value):
        return "–", ""
    width = high - low
    plain = EXACT * abs(value) < width < math.inf and abs(value) < LARGE
    largest = max(abs(value), abs(low), abs(high))
    if not plain:
        form = ",.4g"
    elif largest < SMALL:
        form = f"z.{max(0, 1 + math.floor(math.log10(largest)) - math.floor(math.log10(width)))}e"
    else:
        form = f"z,.{max(0, 1 - math.floor(math.log10(width)))}f"
    return f"{value:{form}}", f"{low:{form}}{BETWEEN}{high:{form}}" if 0 < width < math.inf else ""


BETWEEN = " … "  # The ends of an interval.


def signed_texts(texts: tuple[str, str]) -> tuple[str, str]:
    """The texts of a difference and its interval, with a sign before each number that is not 0."""
    value, interval = texts
    return _signed(value), BETWEEN.join(map(_signed, interval.split(BETWEEN)))


def _signed(text: str) -> str:
    return text if text[:1] in "-–" or text.strip("0.% ") == "" else f"+{text}"
