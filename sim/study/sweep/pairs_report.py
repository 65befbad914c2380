"""What a sweep found, compared seed by seed, for people and for programs: as a table, JSON and cells of CSV."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..statistics.intervals import UNKNOWN, Estimate
from ..statistics.wording import estimate_summary, number_texts, share_texts, signed_texts
from .measures import Measure
from .pairs import Compared, Difference, pairs_of
from .settings import Value, value_text
from .sweep import Sweep

if TYPE_CHECKING:
    from rich.table import Table

MOST_ROWS, MOST_COLUMNS = 40, 6  # Of differences in a table for people.
ENDS = ("", "_low", "_high")


# For programs.


def summary(sweep: Sweep, found: Compared) -> dict[str, Any]:
    """What holds of all differences, as what JSON can hold: those at each point are told there.

    `at_once` is how many differences of either kind hold together with 95 % confidence. The leader of a lane is its
    setting with the largest share, or the lowest mean; lanes that no number touches have none.
    """
    return {
        "measure": found.measure,
        "at_once": {"between_lanes": found.lanes_at_once, "between_settings": found.settings_at_once},
        "leaders": [
            {"lane": lane, "values": values_of(sweep, leader)}
            for lane, leader in zip(sweep.lanes, found.leaders, strict=True)
            if leader is not None
        ],
    }


def values_of(sweep: Sweep, point: int) -> dict[str, Value]:
    """The values at a point, by the numbers' paths."""
    return dict(zip((each.name for each in sweep.parameters), sweep.points[point].values, strict=True))


def pairs_summary(sweep: Sweep, found: Compared, point: int) -> list[dict[str, Any]]:
    """Every two lanes at a point: what `lane` has less what `than` has, and over how many seeds."""
    return [
        {"lane": sweep.lanes[one], "than": sweep.lanes[other], **difference_summary(difference)}
        for (one, other), difference in zip(pairs_of(len(sweep.lanes)), found.lanes[point], strict=True)
    ]


def leader_summary(found: Compared | None, point: int, lane: int) -> dict[str, Any] | None:
    """What a lane has at a point less what it has where it leads; None: it leads nowhere."""
    difference = None if found is None else found.settings[point][lane]
    return None if difference is None else difference_summary(difference)


def difference_summary(difference: Difference) -> dict[str, Any]:
    """A difference, and over how many seeds it is."""
    return {**estimate_summary(difference.estimate), "seeds": difference.seeds}


def pairs_rows(sweep: Sweep, found: Compared | None) -> list[dict[str, Any]]:
    """The differences of every two lanes at every point, with the values there and both ends of the interval."""
    return [
        {
            **values_of(sweep, place),
            "lane": sweep.lanes[one],
            "than": sweep.lanes[other],
            "seeds": difference.seeds,
            **dict(zip((f"difference{end}" for end in ENDS), difference.estimate.numbers, strict=True)),
        }
        for place, differences in enumerate(() if found is None else found.lanes)
        for (one, other), difference in zip(pairs_of(len(sweep.lanes)), differences, strict=True)
    ]


def columns(sweep: Sweep) -> list[str]:
    """What the differences add to the header of CSV."""
    return [*(f"from_leader{end}" for end in ENDS), *(f"less{end}: {lane}" for lane in sweep.lanes for end in ENDS)]


def numbers(sweep: Sweep, found: Compared | None, point: int, lane: int) -> list[float]:
    """What the differences add to the row of CSV of a lane at a point; NaN where there is none."""
    if found is None:
        return [math.nan] * len(columns(sweep))
    less = [_less(found, point, lane, other) for other in range(len(sweep.lanes))]
    return [*leader_cells(found, point, lane).values(), *(end for each in less for end in each.numbers)]


def leader_cells(found: Compared | None, point: int, lane: int) -> dict[str, float]:
    """What a lane has at a point less what it has where it leads, with its interval; NaN where it leads nowhere."""
    own = None if found is None else found.settings[point][lane]
    three = (UNKNOWN if own is None else own.estimate).numbers
    return dict(zip((f"from_leader{end}" for end in ENDS), three, strict=True))


def _less(found: Compared, point: int, lane: int, other: int) -> Estimate:
    """What a lane has less what another has."""
    if lane == other:
        return UNKNOWN
    pair = (max(lane, other), min(lane, other))
    told = found.lanes[point][pairs_of(len(found.leaders)).index(pair)].estimate
    return told if lane > other else Estimate(0.0 - told.value, 0.0 - told.high, 0.0 - told.low)


# For people.


def is_shown(sweep: Sweep, found: Compared) -> bool:
    """Whether a table of the differences is of use: there are any, and they can be taken in."""
    return len(sweep.points) <= MOST_ROWS and bool(_columns(sweep, found))


def table(sweep: Sweep, found: Compared, measure: Measure) -> "Table":
    """The differences at every point: a column for two lanes, or for a lane and its leader."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = _columns(sweep, found)[:MOST_COLUMNS]
    drawn = Table(
        title=Text(f"Seed by seed · {measure.label}", style="bold"),
        caption=Text("\n".join(_legend(sweep, found, measure)), style="dim"),
        caption_justify="left",
        box=box.HORIZONTALS,
    )
    for each in sweep.parameters:
        drawn.add_column(Text(each.name), overflow="fold")
    for name, *_ in shown:
        drawn.add_column(Text(name), justify="right", overflow="fold")
    texts = share_texts if measure.percent else number_texts
    for place, point in enumerate(sweep.points):
        cells = [Text(value_text(value)) for value in point.values]
        for _, differences, leader in shown:
            if place == leader:
                cells.append(Text("leads", style="bold"))
                continue
            value, interval = signed_texts(texts(differences[place].estimate))
            cells.append(Text.assemble((value, "bold"), (f"\n{interval}" if interval else "", "dim")))
        drawn.add_row(*cells)
    return drawn


def _columns(sweep: Sweep, found: Compared) -> list[tuple[str, Sequence[Difference], int | None]]:
    """What may stand in the table, with the place of the leader if there is one.

    These are lanes less their leaders, and pairs of lanes of which a number touches any.
    """
    leaders = [
        (f"{lane}\nminus at {_setting(sweep, leader)}", [each for at in found.settings if (each := at[place])], leader)
        for place, (lane, leader) in enumerate(zip(sweep.lanes, found.leaders, strict=True))
        if leader is not None
    ]
    touched = [sweep.touches(lane) for lane in sweep.lanes]
    pairs = [
        (f"{sweep.lanes[one]}\nminus {sweep.lanes[other]}", [at[place] for at in found.lanes], None)
        for place, (one, other) in enumerate(pairs_of(len(sweep.lanes)))
        if touched[one] or touched[other]
    ]
    return [*leaders, *pairs]


def _setting(sweep: Sweep, point: int) -> str:
    return ", ".join(map(value_text, sweep.points[point].values))


def _legend(sweep: Sweep, found: Compared, measure: Measure) -> Iterator[str]:
    leading = "largest share" if measure.percent else "lowest mean"
    yield "Runs with the same seeds are compared."
    if any(leader is not None for leader in found.leaders):
        yield f"A lane is compared with itself where it has the {leading}."
    for count, what in ((found.lanes_at_once, "lanes"), (found.settings_at_once, "settings")):
        if count > 1:
            yield f"The intervals of all {count:,} differences between {what} hold together with 95 % confidence."
    if len(_columns(sweep, found)) > MOST_COLUMNS:
        yield "The other pairs are in --json and --csv."
