"""What the marks on the map are: kind, loss and eigenvalues of each critical point.

The words stand close to their marks, where they leave the others room to do so, and keep off marbles.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count as counted
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np
import pygame

from ....surface.critical.point import CriticalKind, CriticalPoint
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_dashed
from ...style import text
from ...style.kept import kept
from ...style.numbers import brief, number
from ..map.numbers import named_minima
from ..map.terrain import marks_of
from .context import MOMENTS, PLATE, ViewContext
from .formula import formula_places
from .momentum import sum_places
from .room import mark_places, still_places
from .stretch import AGAIN, LAID_OUT_BY, STANDING, Ground, Line, Stretch, ground_of, stretch_of

ROUNDING = 1e-12
TYPE = 0.8  # Height of the type, in ems.
SMALLER = 0.75  # Of it, where else there would not be room for all words,
LEAST_TYPE = 9  # and in pixels.
ATTEMPTS = 3  # At another order, where words are left without room.
CROWD = 20  # Points; if there are more, not all have room in any type.
FEW = (3, 2)  # Digits of numbers, where there is not room for all words with more: rather than smaller type.
WIDE = 0.9  # Of the least that a mark takes up, in ems.
LINE = 1.25  # From one line to the next, in heights of the type.
FARTHEST = 3  # Marks by which words stand away from theirs, where there is no room closer to it,
FAR = 16  # and those about minima that are spoken of beside the map, in a crowd.
CORNERS = (
    ("midtop", "midbottom"),
    ("midbottom", "midtop"),
    ("midleft", "midright"),
    ("midright", "midleft"),
    ("topleft", "bottomright"),
    ("topright", "bottomleft"),
    ("bottomleft", "topright"),
    ("bottomright", "topleft"),
)
"""Which place of the words stands at which of the mark."""
SHORTEST = 16
"""Moments that are not looked at by halves."""
NEAR = 2.0
"""How far around another mark than their own words seem to be those of that one, in marks on both sides together."""


Place = tuple[int, pygame.Rect]
"""How far away from their mark words may stand, and where; close to it is 0."""


class Stand(NamedTuple):
    """Where words stand."""

    place: pygame.Rect
    led: bool
    """Whether a line leads there from their mark: they are not beside it, or beside another one, too."""


class Label(NamedTuple):
    """What is said of a critical point."""

    point: tuple[float, float]
    mark: pygame.Rect
    lines: tuple[str, str]
    size: int
    """Height of the type, in pixels."""
    stand: Stand
    places: tuple[Place, ...]
    """All places for it on the map, the first choice first."""


def draw_labels(canvas: Canvas, context: ViewContext) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's.

    Where there is no room for all, numbers have fewer digits, and then the first of each kind comes before the others,
    and among many those that are spoken of beside the map.

    Where a marble, its arrows or what another view says lies on them in these moments, they are at another side of
    their point, if there is room.
    """
    labels = _standing(context)
    for label in labels:
        if label.stand.led:
            _draw_leader(canvas, context, label)
    for label in labels:
        place = label.stand.place
        canvas.rect(place, context.theme.panel, opacity=PLATE)
        for row, line in enumerate(label.lines):
            y = place.top + (row + 0.5) * _step(label.size)
            canvas.text(line, (place.centerx, y), label.size, context.theme.text, align=0.5)


def _standing(context: ViewContext) -> Sequence[Label]:
    """The words as they stand at the moment: where ground moves they go with their marks, unless a line leads there."""
    ground, block = ground_of(context, LAID_OUT_BY), context.moment // MOMENTS
    named = _named(context) if len(context.problem.critical) > CROWD else ()
    found = _in_block(ground, context.index, block, context.beside, named)
    labels = next(labels for first, labels in reversed(found) if first <= context.moment)
    if not context.passing:
        return labels
    rest = ground.at(context.index, context.moment)
    return [_moved(label, context, rest) for label in labels]


def _named(context: ViewContext) -> tuple[int, ...]:
    """The minima that are spoken of beside the map."""
    judge = context.race.judges[context.index]
    return named_minima(judge.basin(context.moment), judge.events_until(context.moment))


def _moved(label: Label, context: ViewContext, rest: ViewContext) -> Label:
    """The same on ground that is not where it rests."""
    point = np.array(label.point)
    (x, y), (left, top), (place, led) = context.pixel(point), rest.pixel(point), label.stand
    by = round(x - left), round(y - top)
    place = place if led else place.move(by).clamp(context.area)
    return label._replace(mark=label.mark.move(by), stand=Stand(place, led))


@kept
def _in_block(
    ground: Ground, index: int, block: int, beside: tuple[tuple[int, int], ...], named: tuple[int, ...]
) -> tuple[tuple[int, tuple[Label, ...]], ...]:
    """The words as they stand in a block of moments, and from which of these on: rather under a marble than nowhere,
    but upon no others.
    """
    words = _words(ground.at(index, MOMENTS * block, beside))
    return tuple(
        (first, tuple(each for each in labels if each.stand.place.collidelist(words) < 0))
        for first, labels in _in_any_room(ground, index, block, beside, named)
    )


@kept
def _in_any_room(
    ground: Ground, index: int, block: int, beside: tuple[tuple[int, int], ...], named: tuple[int, ...]
) -> tuple[tuple[int, tuple[Label, ...]], ...]:
    """The same with those that are left only places upon other words.

    All stay where they were in the block before while they hide nothing there; but every so many blocks they stand
    first where they would without marbles, so that not all blocks before must be looked at.
    """
    labels, others = _labels(ground._replace(views=ground.views & STANDING), named)
    if block % AGAIN:
        earlier = tuple((lane, max(0, each - 1)) for lane, each in beside)
        _, labels = _in_any_room(ground, index, block - 1, earlier, named)[-1]
    context = ground.at(index, MOMENTS * block, beside)
    own, words = stretch_of(context, index, block), _words(context)
    marbles = [place for each in beside for place in stretch_of(context, *each).marbles]
    found = _kept_off(labels, [*others, *words], own, marbles, (0, MOMENTS), words)
    return tuple((own.first + first, tuple(placed)) for first, placed in found)


def _kept_off(
    labels: Sequence[Label],
    others: Sequence[pygame.Rect],
    own: Stretch,
    marbles: Sequence[pygame.Rect],
    part: tuple[int, int],
    words: Sequence[pygame.Rect],
) -> Iterator[tuple[int, Sequence[Label]]]:
    """From which moment of a block on each of the words stands where, in this part of it.

    Where the marble or its arrows cannot but be hidden for a time, each half of the part is looked at alone, and what
    hides them stays for the first one.
    """
    first, last = part
    passing, middle = _passing(own, marbles, first, last), (first + last) // 2
    halved = last - first >= SHORTEST and middle < len(own.marbles)
    placed, left = list(labels), 0
    for turn, label in enumerate(labels):
        upon = label.stand.place.collidelist(list(words)) >= 0
        hidden = _hides(label.stand.place, passing)
        if not hidden and not upon:
            continue
        rest = [(each.mark, each.stand) for each in placed if each.mark is not label.mark]
        places, leaders = [stand.place for _, stand in rest], _leaders(rest)
        taken, crossed = [*others, *places], [*places, *(mark for mark, _ in rest)]
        free = [stand for stand in map(_stand, label.places) if _is_free(label.mark, stand, taken, crossed, leaders)]
        if not upon or not free:
            free.insert(0, label.stand)
        under = [_hides(stand.place, passing) for stand in free]
        left += min(under)
        if not (halved and min(under)):
            placed[turn] = label._replace(stand=free[under.index(min(under))])
    if not left or not halved:
        yield first, placed
        return
    for half in ((first, middle), (middle, last)):
        found = list(_kept_off(placed, others, own, marbles, half, words))
        placed = list(found[-1][1])
        yield from found


class Passing(NamedTuple):
    """What words may hide in some moments in a row."""

    marbles: list[pygame.Rect]
    arrows: list[Line]
    boxes: list[pygame.Rect]
    """Around each of the arrows: most are nowhere near, and that is seen sooner than where they end."""


def _passing(own: Stretch, marbles: Sequence[pygame.Rect], first: int, last: int) -> Passing:
    """That of a lane from one moment of its block to the one before another, among other lanes' marbles."""
    arrows = [arrow for each in own.arrows[first:last] for arrow in each]
    return Passing([*marbles, *own.marbles[first:last]], arrows, _boxes(arrows))


def _boxes(lines: Sequence[Line]) -> list[pygame.Rect]:
    """A box that holds it of each line, in whole pixels."""
    ends = np.array(lines).reshape(-1, 2, 2)
    low, high = np.floor(ends.min(axis=1)) - 1, np.ceil(ends.max(axis=1)) + 1
    return [pygame.Rect(corner, size) for corner, size in zip(low.tolist(), (high - low).tolist(), strict=True)]


def _hides(place: pygame.Rect, passing: Passing) -> int:
    """At how many moments words there lie on a marble, which counts most, or on an arrow."""
    marbles, arrows, boxes = passing
    under = len(place.collidelistall(marbles))
    return (len(arrows) + 1) * under + sum(bool(place.clipline(*arrows[n])) for n in place.collidelistall(boxes))


def _is_free(
    mark: pygame.Rect,
    stand: Stand,
    taken: Sequence[pygame.Rect],
    places: Sequence[pygame.Rect],
    leaders: Sequence[Line],
) -> bool:
    """Whether words may stand there: upon nothing that is taken, upon no leader, and their own one runs through nothing
    at these places, such as other words, and over no other leader.
    """
    if stand.place.collidelist(list(taken)) >= 0 or any(stand.place.clipline(*leader) for leader in leaders):
        return False
    return not (stand.led and _runs_over(_leader(mark, stand.place), places, leaders))


def _runs_over(leader: Line, places: Sequence[pygame.Rect], leaders: Sequence[Line]) -> bool:
    """Whether a leader runs through other words, or over another leader."""
    return any(place.clipline(*leader) for place in places) or any(_cross(leader, other) for other in leaders)


def _leaders(stands: Sequence[tuple[pygame.Rect, Stand]]) -> list[Line]:
    """The leaders of words, of which the marks are known."""
    return [_leader(mark, stand.place) for mark, stand in stands if stand.led]


def _words(context: ViewContext) -> list[pygame.Rect]:
    """What the formula covers in a block of moments, and momentum as a sum."""
    formula = formula_places(context) if "formula" in context.views else []
    return [*context.once(sum_places), *formula] if "momentum" in context.views else formula


def _leader(mark: pygame.Rect, place: pygame.Rect) -> Line:
    """From a mark to words there; the mark itself is to be seen."""
    x, y = mark.center
    end = min(max(x, place.left), place.right), min(max(y, place.top), place.bottom)
    short = min(1.0, 0.5 * mark.width / max(math.dist(end, (x, y)), 1.0))
    return (x + short * (end[0] - x), y + short * (end[1] - y)), end


def _cross(one: Line, other: Line) -> bool:
    """Whether two lines cross: the ends of each are on both sides of the other."""
    return _parts(one, other) and _parts(other, one)


def _parts(line: Line, other: Line) -> bool:
    (x, y), (right, below) = line
    sides = [(right - x) * (down - y) - (below - y) * (across - x) for across, down in other]
    return sides[0] * sides[1] < 0


def _draw_leader(canvas: Canvas, context: ViewContext, label: Label) -> None:
    """A thin line from words to their mark, in dashes and quiet, as no arrow is."""
    line = _leader(label.mark, label.stand.place)
    draw_dashed(canvas, line, context.theme.muted, context.theme.halo, context.stroke)


class Around(NamedTuple):
    """The marks of all points, and how far around each of them words that are close to it reach."""

    marks: tuple[pygame.Rect, ...]
    reaches: list[pygame.Rect]


def _around(marks: tuple[pygame.Rect, ...]) -> Around:
    return Around(marks, [mark.inflate(NEAR * mark.width, NEAR * mark.height) for mark in marks])


def _strays(place: pygame.Rect, mark: pygame.Rect, around: Around) -> bool:
    """Whether words there seem to be those of another of the marks than their own: of one that is as close to their
    middle, or at an end of their lines, as a bullet is, where their own is above or below them.
    """
    own, beside = math.dist(place.center, mark.center), _beside(place, mark)
    close = (around.marks[number] for number in place.collidelistall(around.reaches))
    return any(
        math.dist(place.center, other.center) <= own or (_beside(place, other) and not beside)
        for other in close
        if other != mark
    )


def _beside(place: pygame.Rect, mark: pygame.Rect) -> bool:
    """Whether a mark is as high as words there."""
    return place.top <= mark.centery < place.bottom


def _sizes(em: int, count: int) -> Sequence[int]:
    """Heights that the type of so many words may have, in pixels, the largest first."""
    usual = round(TYPE * em)
    if count > CROWD:
        return (usual,)
    return range(usual, min(usual, max(LEAST_TYPE, round(SMALLER * usual))) - 1, -1)


def _step(size: int) -> int:
    """From one line to the next, in pixels."""
    return round(LINE * size)


@kept
def _labels(ground: Ground, named: tuple[int, ...]) -> tuple[tuple[Label, ...], tuple[pygame.Rect, ...]]:
    """The words of all points where they stand if no marble is there, and what else takes room on the map."""
    points, minima = ground.race.problem.critical, ground.race.problem.minima
    first = {minima[number].position for number in named if number < len(minima)}
    kinds = [point.kind for point in points]
    ranked = ((point.position not in first, kinds.index(point.kind) != turn) for turn, point in enumerate(points))
    order = [turn for _, turn in sorted((rank, turn) for turn, rank in enumerate(ranked))]
    if len(points) <= CROWD:
        placed = _laid_out(ground, range(len(points)))
        if {kinds[number] for number in placed} == set(kinds):
            return tuple(placed.values()), _surroundings(ground).others
    placed = _laid_out(ground, order, len(first))
    return tuple(placed.values()), _surroundings(ground).others


class Surroundings(NamedTuple):
    """What the words are about, and what they keep off."""

    marks: tuple[pygame.Rect, ...]
    """That of each point,"""
    others: tuple[pygame.Rect, ...]
    """and these with all else that takes room on the map."""


class Form(NamedTuple):
    """What may be said of all points, in one size of type and so many digits."""

    told: tuple[tuple[str, str], ...]
    size: int
    """Height of the type, in pixels."""
    extents: tuple[tuple[int, int], ...]
    """Width and height of each one's words,"""
    places: tuple[tuple[Place, ...], ...]
    """where on the map they might stand,"""
    free: tuple[tuple[Place, ...], ...]
    """and where nothing is that stands still."""


@kept
def _surroundings(ground: Ground) -> Surroundings:
    context = ground.at()
    own = marked_places(context)
    return Surroundings(own, (*own, *mark_places(context), *still_places(context)))


@kept
def _form(ground: Ground, which: int) -> Form | None:
    """The first one, or those after it; None after the last."""
    context = ground.at()
    told, size = next(islice(_forms(context, context.problem.critical), which, None), ([], 0))
    if not told:
        return None
    marks, others = _surroundings(ground)
    extents = tuple((max(text.width(line, size) for line in lines) + size, 2 * _step(size)) for lines in told)
    around, board = _around(marks), pygame.Rect(ground.area)
    places = tuple(_on_map(_places(*each, around), board) for each in zip(marks, extents, strict=True))
    return Form(tuple(told), size, extents, places, tuple(_free(each, others) for each in places))


def _on_map(places: Iterable[Place], area: pygame.Rect) -> tuple[Place, ...]:
    """Those of the places that are whole on the map."""
    return tuple(each for each in places if area.contains(each[1]))


def _free(places: Iterable[Place], others: Sequence[pygame.Rect]) -> tuple[Place, ...]:
    """Those of the places that no others are at."""
    taken = list(others)
    return tuple(each for each in places if each[1].collidelist(taken) < 0)


def _laid_out(ground: Ground, order: Sequence[int], named: int = 0) -> Mapping[int, Label]:
    """The words of as many of the points as have room, the first ones first, by the points' numbers.

    Of so many of the first ones is spoken beside the map: a line leads to their words wherever there is room.
    """
    labels, points, board = dict[int, Label](), ground.race.problem.critical, pygame.Rect(ground.area)
    marks, others = _surroundings(ground)
    around, kinds = _around(marks), [points[number].kind for number in order]
    forms = (_form(ground, which) for which in counted())
    while (form := next(forms)) is not None:
        free = [form.free[number] for number in order]
        for turn, own in enumerate(order[:named]):
            free[turn] = _free(_on_map(_places(marks[own], form.extents[own], around, FAR), board), others)
        theirs, told = [marks[index] for index in order], [form.told[index] for index in order]
        placed = {order[turn]: place for turn, place in _best_placed(free, theirs, told, kinds).items()}
        if len(placed) > len(labels):
            labels = {
                n: Label(points[n].position, marks[n], form.told[n], form.size, _stand(place), form.places[n])
                for n, place in placed.items()
            }
        if len(labels) == len(points):
            break
    return labels


def _stand(place: Place) -> Stand:
    """A place with or without a leader."""
    away, rect = place
    return Stand(rect, away > 0)


def _best_placed(
    free: Sequence[Sequence[Place]],
    marks: Sequence[pygame.Rect],
    told: Sequence[tuple[str, str]],
    kinds: Sequence[CriticalKind],
) -> Mapping[int, Place]:
    """Which of its free places each has, by its number: as many kinds have one as may be, and then as many points.

    Where some are left none, these come first in another attempt, unless there is a crowd: no order has room for all.
    """
    order = list(range(len(marks)))
    if len(marks) > CROWD:  # What is said of one is not said of others again.
        return _placed(free, marks, [turn for turn in order if told.index(told[turn]) == turn])
    best = placed = _placed(free, marks, order)
    for _ in range(ATTEMPTS):
        if len(best) == len(marks):
            break
        order.sort(key=lambda number: number in placed)
        placed = _placed(free, marks, order)
        best = max(best, placed, key=lambda each: (len({kinds[number] for number in each}), len(each)))
    return {number: best[number] for number in sorted(best)}


def _placed(free: Sequence[Sequence[Place]], marks: Sequence[pygame.Rect], order: Sequence[int]) -> Mapping[int, Place]:
    """Which of its free places each has, in order, by its number; those that are left none are left out.

    Of places that are equally far away, it is the first of those that leave the fewest of the later ones no close one.
    No leader crosses another, or runs through words.
    """
    rest, placed, leaders = [list(places) for places in free], dict[int, Place](), list[Line]()
    for turn, index in enumerate(order):
        own, others = marks[index], [rest[number] for number in order[turn + 1 :]]
        taken = [place for _, place in placed.values()]
        open_ = (each for each in rest[index] if not (each[0] and _runs_over(_leader(own, each[1]), taken, leaders)))
        away, nearest = next(((away, list(each)) for away, each in groupby(open_, key=lambda each: each[0])), (0, []))
        if not nearest:
            continue
        later = [[place for far, place in places if not far] for places in others]
        chosen = min((place for _, place in nearest), key=lambda place: sum(_starved(each, place) for each in later))
        placed[index], leader = (away, chosen), _leader(own, chosen) if away else None
        if leader is not None:
            leaders.append(leader)
        for places in others:
            places[:] = [
                each
                for each in places
                if not each[1].colliderect(chosen) and not (leader and each[1].clipline(*leader))
            ]
    return placed


def _starved(places: Sequence[pygame.Rect], taken: pygame.Rect) -> bool:
    """Whether all of these places, of which there are some, are lost if that is taken."""
    return bool(places) and all(place.colliderect(taken) for place in places)


def marked_places(context: ViewContext) -> tuple[pygame.Rect, ...]:
    """What the marks of all critical points take up on ground at rest, with the bars of a cross."""
    drawn = marks_of(context.problem, context.camera, context.theme, context.stroke)
    return tuple(_about(each.place.move(context.area.topleft), context.em) for each in drawn)


def _about(mark: pygame.Rect, em: int) -> pygame.Rect:
    """A mark, enlarged to what it takes up at least."""
    rect = pygame.Rect(0, 0, round(WIDE * em), round(WIDE * em))
    rect.center = mark.center
    return rect.union(mark)


def _places(mark: pygame.Rect, size: tuple[int, int], around: Around, farthest: int = FARTHEST) -> list[Place]:
    """How far away, and where: below the mark, above it, beside it and aslant; first close to it, and then farther.

    Last come the places at which words would seem to be those of another of the marks.
    """
    places = list[Place]()
    for away in range(farthest + 1):
        about, place = mark.inflate(2 * away * mark.width, 2 * away * mark.height), pygame.Rect((0, 0), size)
        for own, its in CORNERS:
            setattr(place, own, getattr(about, its))
            strays = _strays(place, mark, around)
            places.append((away + (farthest + 1) * strays, place.copy()))
    return sorted(places, key=lambda each: each[0])


def _rounded(context: ViewContext, loss: float) -> float:
    """The loss without what rounding has left of a zero."""
    return 0.0 if abs(loss) < ROUNDING * context.problem.units.loss else loss


def _forms(context: ViewContext, points: Sequence[CriticalPoint]) -> Iterator[tuple[list[tuple[str, str]], int]]:
    """What may be said of the points, and in which type: what is wanted most comes first."""
    digits: list[Callable[[float], str]] = [number]
    digits += [partial(rounded_to, count) for count in FEW if len(points) <= CROWD]
    forms = [[_lines(context, point, told) for point in points] for told in digits]
    yield from ((told, size) for size in _sizes(context.em, len(points)) for told in forms)


def rounded_to(digits: int, value: float) -> str:
    """To so many digits, but no whole number to tens: it would be another one."""
    return brief(float(f"{value:.{digits}g}" if abs(value) < 10.0**digits else f"{value:.0f}"))


def _lines(context: ViewContext, point: CriticalPoint, told: Callable[[float], str]) -> tuple[str, str]:
    theme = context.theme
    lower, upper = (told(value) for value in point.eigenvalues)
    loss = told(_rounded(context, point.value))
    return theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=loss), f"κ = {lower}, {upper}"
