"""The usual mistakes: a recurrence with a piece of it forgotten, flipped or put elsewhere, and what that is called.

Each is a recurrence of its own, made from that of a rule, and can be run. Which of them a rule moves like is found out
by running both: nothing is said of a rule that was not computed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from .recurrence import (
    GRADIENT,
    POSITION,
    Assignment,
    Both,
    Expression,
    Number,
    Power,
    Product,
    Root,
    Sign,
    Sum,
    exchanged,
    holds,
    text,
)

RATE = Sign("η")
ONE = (1, Number(1.0))


@dataclass(frozen=True, slots=True)
class Mutation:
    """A recurrence with a mistake."""

    lines: tuple[Assignment, ...]
    line: str
    """Where it is, as it should be."""
    mistake: str


def mutations(lines: tuple[Assignment, ...], shares: tuple[float, ...] = ()) -> Iterator[Mutation]:
    """The recurrence with one mistake, the more telling ones first.

    shares: by what a sum may be decayed that should keep all.
    """
    for place, line in enumerate(lines):
        for value, mistake in (*_placed(line), *_changed(line.value)):
            yield Mutation(_with(lines, place, value), line.line, mistake)
    yield from _between_lines(lines)
    for share in shares:
        yield from _forgetting(lines, share)


def pairs(lines: tuple[Assignment, ...]) -> Iterator[Mutation]:
    """The recurrence with mistakes in two of its lines, those that are alike first."""
    single = [(place, each) for place, line in enumerate(lines) for each in _of_line(lines, place, line)]
    both = [(one, two) for one, two in combinations(single, 2) if one[0] != two[0]]
    for (_, one), (place, two) in sorted(both, key=lambda found: _family(found[0][1]) != _family(found[1][1])):
        merged = _with(one.lines, place, two.lines[place].value)
        yield Mutation(merged, f"{one.line}, {two.line}", f"{one.mistake}, and {two.mistake}")


def _family(mutation: Mutation) -> str:
    """What kind of mistake it is, whatever it is about."""
    return " ".join(word for word in mutation.mistake.split() if word.isalpha() and word.isascii() and len(word) > 1)


def _of_line(lines: tuple[Assignment, ...], place: int, line: Assignment) -> Iterator[Mutation]:
    for value, mistake in (*_placed(line), *_changed(line.value)):
        yield Mutation(_with(lines, place, value), line.line, mistake)


def _with(lines: tuple[Assignment, ...], place: int, value: Expression) -> tuple[Assignment, ...]:
    return (*lines[:place], replace(lines[place], value=value), *lines[place + 1 :])


Change = tuple[Expression, str]


def _placed(line: Assignment) -> Iterator[Change]:
    """Mistakes about all of a line: where η, and a share that is kept, have their place."""
    value = line.value
    if not isinstance(value, Sum):
        return
    for place, (sign, term) in enumerate(value.terms):
        others = [other for index, (_, other) in enumerate(value.terms) if index != place]
        if term == Sign(POSITION):
            continue
        if line.letter == POSITION and not holds(term, RATE.letter):
            yield _with_term(value, place, (sign, _times(RATE, term))), f"η multiplies {text(term)} once more"
        elsewhere = any(holds(other, RATE.letter) for other in others)
        if line.letter != POSITION and elsewhere and not holds(term, RATE.letter):
            yield _with_term(value, place, (sign, _times(RATE, term))), f"η multiplies {text(term)} as well"
        share = _share(term, line.letter)
        for index, (other_sign, other) in enumerate(value.terms):
            if share is None or index == place:
                continue
            rest = Sum((ONE, (-1, share)))
            if not holds(other, share.letter):
                yield (
                    _with_term(value, index, (other_sign, _times(rest, other))),
                    f"{text(other)} is multiplied by {text(rest)}, as in a running average",
                )
            elif isinstance(other, Product) and (True, rest) in other.factors:
                swapped = tuple((times, share if each == rest else each) for times, each in other.factors)
                both = _with_term(value, index, (other_sign, Product(swapped)))
                yield (
                    _with_term(both, place, (sign, _times(rest, Sign(line.letter)))),
                    f"{share.letter} and {text(rest)} are exchanged",
                )


def _share(term: Expression, letter: str) -> Sign | None:
    """The share of what the letter was that lives on in a term, if it is such a term."""
    match term:
        case Product(((True, Sign() as share), (True, Sign(own)))) if own == letter:
            return share
    return None


def _times(factor: Expression, expression: Expression) -> Product:
    rest = expression.factors if isinstance(expression, Product) else ((True, expression),)
    return Product(((True, factor), *rest))


def _with_term(value: Sum, place: int, term: tuple[int, Expression]) -> Sum:
    return Sum((*value.terms[:place], term, *value.terms[place + 1 :]))


def _changed(expression: Expression) -> Iterator[Change]:
    """The expression with one mistake somewhere in it."""
    yield from _here(expression)
    match expression:
        case Sum(terms):
            for place, (sign, term) in enumerate(terms):
                for changed, mistake in _changed(term):
                    yield _with_term(expression, place, (sign, changed)), mistake
        case Product(factors):
            for place, (times, factor) in enumerate(factors):
                for changed, mistake in _changed(factor):
                    yield Product((*factors[:place], (times, changed), *factors[place + 1 :])), mistake
        case Root(inner):
            for changed, mistake in _changed(inner):
                yield Root(changed), mistake
        case Power(base, exponent):
            for changed, mistake in _changed(base):
                yield Power(changed, exponent), mistake
        case _:
            pass


def _here(expression: Expression) -> Iterator[Change]:
    """The expression with one mistake at its top."""
    match expression:
        case Sum(terms):
            yield from _in_sum(expression)
            for place, (sign, term) in enumerate(terms):
                if term in (Sign(POSITION), Number(1.0)) and sign == 1:
                    continue
                yield _with_term(expression, place, (-sign, term)), f"the sign of {text(term)} is flipped"
                if len(terms) > 1:
                    yield Sum((*terms[:place], *terms[place + 1 :])), f"{text(term)} is missing"
        case Product(factors):
            for place, (times, factor) in enumerate(factors):
                rest = (*factors[:place], *factors[place + 1 :])
                if not place and rest and not rest[0][0]:
                    rest = ((True, Number(1.0)), *rest)
                yield (rest[0][1] if len(rest) == 1 else Product(rest)), _forgotten(times, factor)
        case Sign(letter) if letter == GRADIENT:
            yield _times(Number(2.0), expression), f"{GRADIENT} is doubled"
        case Power(base, Sign(letter)):
            later = Sum(((1, Sign(letter)), ONE))
            earlier = Sum(((1, Sign(letter)), (-1, Number(1.0))))
            yield Power(base, earlier), f"{letter} in {text(expression)} is one too small: count the update first"
            yield Power(base, later), f"{letter} in {text(expression)} is one too large"
            yield base, f"{text(base)} is not raised to the power {letter}"
        case Power(base, _):
            yield from _of_square(expression, base)
        case Root(inner):
            yield inner, f"the root of {text(inner)} is not taken"
        case _:
            pass


def _of_square(square: Power, base: Expression) -> Iterator[Change]:
    """What is taken in place of a square."""
    yield base, f"{'the gradient' if base == Sign(GRADIENT) else text(base)} is not squared"
    yield Root(square), f"|{text(base)}| stands in place of {text(square)}"
    if base == Sign(GRADIENT):
        what = f"{text(square)} is summed over both axes, as in a norm, in place of each axis by itself"
        yield Both(square), what


def _in_sum(expression: Sum) -> Iterator[Change]:
    """A small number inside the root that it should stand beside."""
    match expression.terms:
        case ((1, Root(inner)), (1, Sign() as small)):
            yield Root(Sum(((1, inner), (1, small)))), f"{small.letter} stands inside the root"


def _forgotten(times: bool, factor: Expression) -> str:
    if not times:
        corrects = isinstance(factor, Sum) and any(isinstance(term, Power) for _, term in factor.terms)
        what = f"the bias correction {text(factor)}" if corrects else f"the division by {text(factor)}"
        return f"{what} is forgotten"
    return f"the factor {text(factor)} is forgotten"


def _between_lines(lines: tuple[Assignment, ...]) -> Iterator[Mutation]:
    """Mistakes about more than one line: their order, and where the decay of θ goes."""
    last = lines[-1]
    if len(lines) > 1:
        yield Mutation((last, *lines[:-1]), last.line, "θ moves by what was remembered before this update")
    if any(holds(line.value, "β₁") for line in lines) and any(holds(line.value, "β₂") for line in lines):
        swapped = tuple(replace(line, value=exchanged(line.value, "β₁", "β₂")) for line in lines)
        where = ", ".join(line.line for line, other in zip(lines, swapped, strict=True) if line != other)
        yield Mutation(swapped, where, "β₁ and β₂ are swapped")
    using = [line.line for line in lines if holds(line.value, GRADIENT)]
    if len(using) > 1:
        double = Assignment(GRADIENT, _times(Number(2.0), Sign(GRADIENT)), f"{GRADIENT} ← …")
        yield Mutation((double, *lines), using[0], f"{GRADIENT} is doubled, wherever it stands")
    if not isinstance(last.value, Sum):
        return
    for place, (sign, term) in enumerate(last.value.terms):
        match term:
            case Product(((True, rate), (True, weight), (True, Sign(letter)))) if letter == POSITION and rate == RATE:
                rest = Sum((*last.value.terms[:place], *last.value.terms[place + 1 :]))
                pull = Product(((True, weight), (True, Sign(POSITION))))
                coupled = Assignment(GRADIENT, Sum(((1, Sign(GRADIENT)), (-sign, pull))), f"{GRADIENT} ← …")
                yield Mutation(
                    (coupled, *lines[:-1], replace(last, value=rest)),
                    last.line,
                    f"weight decay is coupled: {text(pull)} is added to the gradient, and goes through the averages",
                )


def _forgetting(lines: tuple[Assignment, ...], share: float) -> Iterator[Mutation]:
    """Sums that should keep all, decayed: alone, or as running averages are."""
    kept, rest = Number(share), Number(1.0 - share)
    for place, line in enumerate(lines):
        own = (1, Sign(line.letter))
        if line.letter in (POSITION, "t") or not isinstance(line.value, Sum) or own not in line.value.terms:
            continue
        others = tuple(term for term in line.value.terms if term != own)
        for new, how in (
            (others, ""),
            (
                tuple((sign, _times(rest, term)) for sign, term in others),
                f", and what is new multiplied by {rest.value:g}",
            ),
        ):
            value = Sum(((1, _times(kept, Sign(line.letter))), *new))
            mistake = f"{line.letter} is multiplied by {share:g} in every update{how}: it should keep all"
            yield Mutation(_with(lines, place, value), line.line, mistake)
