"""How the tour's numbers are told: in the blanks of its sentences, and on how many seeds they stand."""

from collections.abc import Mapping

from ...base.languages import grouped
from ...scene import load_scene
from ...scene.tour import COUNT, SHARE, Number, Step, Words, filled
from ..statistics.intervals import Estimate
from ..statistics.wording import number_texts, share_texts


def text_of(number: Number) -> str:
    """A number with its interval, if it has one, as people read it.

    >>> text_of(Number(measure="escaped", seeds=1000, value=0.5, low=0.47, high=0.53))
    '50.0 % (47.0 … 53.0)'
    """
    estimate = estimate_of(number)
    if number.unit == COUNT:
        value, interval = f"{estimate.value:,.0f}", ""
        if number.low is not None and number.high is not None:
            interval = f"{number.low:,.0f} … {number.high:,.0f}"
    else:
        value, interval = share_texts(estimate) if number.unit == SHARE else number_texts(estimate)
    return f"{value} ({interval})" if interval else value


def estimate_of(number: Number) -> Estimate:
    """What the step states."""
    low, high = (number.value if end is None else end for end in (number.low, number.high))
    return Estimate(number.value, low, high)


def texts_of(step: Step) -> Mapping[str, str]:
    """All of a step's numbers, as they stand in its sentences."""
    return {code: text_of(number) for code, number in step.number.items()}


def told(step: Step, language: str) -> Words:
    """What is said at a step, with its numbers."""
    words = step.words(language)
    texts = {code: grouped(language, text) for code, text in texts_of(step).items()}
    return Words(*(filled(getattr(words, name), texts) for name in Words.__dataclass_fields__))


def first_seed(step: Step) -> int:
    """The seed from which on the step's numbers are measured: its scene's own."""
    return load_scene(step.scene).seed
