"""A rule's recurrence, read from its lines: what can be run like a rule, and be changed piece by piece.

line       = assignment {"," assignment}
assignment = letter ("←" | "=") sum
sum        = ["−"] product {("+" | "−") product}
product    = power {["/"] power}
power      = (letter | number | "√" power | "(" sum ")") ["²" | "ᵗ"]
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..descent.rules.protocol import Slope
from ..surface.points import Array

TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[←=+−/(),√²ᵗ]|\w[̂₀-₉]*)")

WORD = re.compile(r"[A-Za-z]{2,}")
POSITION, GRADIENT, NOISE = "θ", "g", "ξ"


class Unreadable(ValueError):
    """A recurrence in another grammar than this one."""


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Sign:
    letter: str


@dataclass(frozen=True, slots=True)
class Sum:
    terms: tuple[tuple[int, "Expression"], ...]
    """Each with its sign, 1 or −1."""


@dataclass(frozen=True, slots=True)
class Product:
    factors: tuple[tuple[bool, "Expression"], ...]
    """Each with whether it multiplies; else it divides."""


@dataclass(frozen=True, slots=True)
class Power:
    base: "Expression"
    exponent: "Expression"


@dataclass(frozen=True, slots=True)
class Root:
    inner: "Expression"


@dataclass(frozen=True, slots=True)
class Both:
    """The sum over both axes, for each of them; no line is read as that, but mistakes are made of it."""

    inner: "Expression"


Expression: TypeAlias = Number | Sign | Sum | Product | Power | Root | Both


@dataclass(frozen=True, slots=True)
class Assignment:
    """A letter, and what becomes of it."""

    letter: str
    value: Expression
    line: str
    """As it stood."""


def read(lines: tuple[str, ...]) -> tuple[Assignment, ...]:
    """What the lines of a recurrence say.

    Raises:
        Unreadable: one of them says it in another way.

    >>> [each.letter for each in read(("m ← λ m − η g", "θ ← θ + m"))]
    ['m', 'θ']
    """
    found = [Assignment(*_assignment(part.strip()), part.strip()) for line in lines for part in line.split(",")]
    if not found or found[-1].letter != POSITION:
        raise Unreadable("no line says what becomes of θ")
    return tuple(found)


def _assignment(text: str) -> tuple[str, Expression]:
    tokens, place = [], 0
    text = unicodedata.normalize("NFD", text)
    if WORD.search(text):  # Such as sign or max, which is no product of letters.
        raise Unreadable(text)
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise Unreadable(text)
        tokens.append(match[1])
        place = match.end()
    if len(tokens) < 3 or tokens[1] not in ("←", "="):
        raise Unreadable(text)
    rest = tokens[2:]
    value = _sum(rest)
    if rest:
        raise Unreadable(text)
    return tokens[0], value


def _sum(tokens: list[str]) -> Expression:
    """A sum from the front of the tokens, which are taken away."""
    terms, sign = [], 1
    if tokens[:1] == ["−"]:
        sign = -1
        del tokens[0]
    while True:
        terms.append((sign, _product(tokens)))
        if tokens[:1] not in (["+"], ["−"]):
            return terms[0][1] if len(terms) == 1 and sign == 1 else Sum(tuple(terms))
        sign = 1 if tokens.pop(0) == "+" else -1


def _product(tokens: list[str]) -> Expression:
    factors = [(True, _power(tokens))]
    while tokens and tokens[0] not in ("+", "−", ")"):
        times = tokens[0] != "/"
        if not times:
            del tokens[0]
        factors.append((times, _power(tokens)))
    return factors[0][1] if len(factors) == 1 else Product(tuple(factors))


def _power(tokens: list[str]) -> Expression:
    if not tokens:
        raise Unreadable("it ends too early")
    token, inner = tokens.pop(0), None
    match token:
        case "√":
            return Root(_power(tokens))
        case "(":
            inner = _sum(tokens)
            if not tokens or tokens.pop(0) != ")":
                raise Unreadable("a bracket is not closed")
        case _ if token[0].isdigit():
            inner = Number(float(token))
        case _ if token[0].isalpha():
            inner = Sign(token)
        case _:
            raise Unreadable(token)
    if tokens[:1] in (["²"], ["ᵗ"]):
        return Power(inner, Number(2.0) if tokens.pop(0) == "²" else Sign("t"))
    return inner


def text(expression: Expression) -> str:
    """An expression as it stands in a line.

    >>> text(read(("θ ← θ − η g / (√s + ε)",))[0].value)
    'θ − η g / (√s + ε)'
    """
    match expression:
        case Number(value):
            written = f"{value:g}"
        case Sign(letter):
            written = letter
        case Sum(terms):
            written = "".join(
                f"{(' − ' if place else '−') if sign < 0 else ' + ' if place else ''}{text(term)}"
                for place, (sign, term) in enumerate(terms)
            )
        case Product(factors):
            written = "".join(
                f"{(' ' if times else ' / ') if place else ''}{_bracketed(factor)}"
                for place, (times, factor) in enumerate(factors)
            )
        case Power(base, exponent):
            written = f"{_bracketed(base)}{'²' if exponent == Number(2.0) else 'ᵗ'}"
        case Root(inner):
            written = f"√({text(inner)})" if isinstance(inner, Product) else f"√{_bracketed(inner)}"
        case Both(inner):
            written = f"‖{text(inner)}‖"
    return unicodedata.normalize("NFC", written)


def _bracketed(expression: Expression) -> str:
    return f"({text(expression)})" if isinstance(expression, Sum) else text(expression)


def holds(expression: Expression, letter: str) -> bool:
    """Whether the letter stands somewhere in it."""
    match expression:
        case Number():
            return False
        case Sign(own):
            return own == letter
        case Sum(parts) | Product(parts):
            return any(holds(part, letter) for _, part in parts)
        case Power(base, exponent):
            return holds(base, letter) or holds(exponent, letter)
        case Root(inner) | Both(inner):
            return holds(inner, letter)


def exchanged(expression: Expression, one: str, other: str) -> Expression:
    """The expression with each of two letters in place of the other."""
    match expression:
        case Number():
            return expression
        case Sign(letter):
            return Sign({one: other, other: one}.get(letter, letter))
        case Sum(terms):
            return Sum(tuple((sign, exchanged(term, one, other)) for sign, term in terms))
        case Product(factors):
            return Product(tuple((times, exchanged(factor, one, other)) for times, factor in factors))
        case Power(base, exponent):
            return Power(exchanged(base, one, other), exchanged(exponent, one, other))
        case Root(inner) | Both(inner):
            return type(expression)(exchanged(inner, one, other))


Values: TypeAlias = Mapping[str, Any]


def _value(expression: Expression, values: Values) -> Any:
    match expression:
        case Number(value):
            return value
        case Sign(letter):
            return values[letter]
        case Sum(terms):
            total = 0.0
            for sign, term in terms:
                total = total + sign * _value(term, values)
            return total
        case Product(factors):
            product = 1.0
            for times, factor in factors:
                value = _value(factor, values)
                product = product * value if times else np.divide(product, value)
            return product
        case Power(base, exponent):
            return _value(base, values) ** _value(exponent, values)
        case Root(inner) | Both(inner):
            value = _value(inner, values)
            return np.sqrt(value) if isinstance(expression, Root) else np.sum(value, axis=-1, keepdims=True)


class Memory(NamedTuple):
    """What becomes of all letters but θ, from update to update."""

    letters: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Written:
    """The rule that a recurrence describes, in steps. All that is remembered begins at 0.

    It is asked by hand only, and not by runs.
    """

    learning_rate: float
    numbers: tuple[tuple[str, float], ...]
    """The other hyperparameters, by their letters."""
    lines: tuple[Assignment, ...]

    def init(self, theta: Array) -> Memory:
        return Memory(tuple((line.letter, 0.0 * theta if line.letter != "t" else 0) for line in self.lines))

    def step(self, theta: Array, slope: Slope, state: Memory) -> tuple[Array, Memory]:
        values: dict[str, Any] = {**dict(self.numbers), "η": self.learning_rate, **dict(state.letters)}
        values |= {POSITION: theta, GRADIENT: slope.here, NOISE: slope.noise()}
        movement = np.zeros_like(theta)
        for line in self.lines:
            if line.letter == POSITION:
                movement = movement + _value(moved(line.value), values)
            else:
                values[line.letter] = _value(line.value, values)
        return movement, Memory(tuple((letter, values[letter]) for letter, _ in state.letters))


def moved(expression: Expression) -> Expression:
    """What is added to θ, of what becomes of it."""
    here = (1, Sign(POSITION))
    if isinstance(expression, Sum) and here in expression.terms:
        place = expression.terms.index(here)
        return Sum((*expression.terms[:place], *expression.terms[place + 1 :]))
    return Sum(((1, expression), (-1, Sign(POSITION))))
