"""What a search has come to, for people and for programs: as a table, a chart, JSON and CSV."""

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...report import updates_text
from ...scene import MOST_LANES
from ..statistics.figure import Axis, Figure, Line, Page
from ..statistics.wording import INTERVALS, estimate_summary, number_texts, share_texts
from ..sweep.settings import value_text
from .candidates import RATE
from .search import CRITERIA, Tuning
from .tuned import LaneTuned, Trial, Tuned, level_of

if TYPE_CHECKING:
    from _typeshed import SupportsWrite
    from rich.table import Table


NOT_BELOW = "not below the start"
"""What is said instead of a loss at last that is above that at the start, or is none: how far away, says nothing."""

WIDE = 1e3  # Losses so many times as large as others are charted by their logarithm.


def summary(result: Tuned) -> dict[str, Any]:
    """What it has come to, as what JSON can hold; the best lane first.

    `behind` is how much more a trial has than the best of its lane, and a lane's best than the best of all, on the same
    seeds; `tied` lanes are not known to be worse than that. A lane that `gets_nowhere` has not been tuned: whatever was
    looked at ends no better than it began, and no more is known of its rule. `pairs` are the same for every two lanes:
    where they are `tied`, it is not known which is better. All pairs hold at once. `loss` is that at last, whatever is
    made small. With so many fresh seeds as `above_start` says it was above that at the start, or there was none: for
    these that at the start counts, and where it is all of them, the mean is no loss that was there at last.
    """
    tuning = result.tuning
    return {
        "scene": tuning.scene.name,
        "by": tuning.by,
        "budget": {"amount": tuning.budget.amount, "clock": tuning.budget.clock},
        "chosen_with": {"first_seed": tuning.first_seed, "seeds": tuning.seeds},
        "told_of": {"first_seed": tuning.first_seed + tuning.seeds, "seeds": tuning.seeds},
        "confidence": 0.95,
        "lanes": [
            {
                "name": lane.lane,
                "updates": lane.updates,
                "all_seeds_alike": lane.certain,
                "tried": lane.tried,
                "best": _trial(lane.best),
                "own": _trial(lane.own),
                "behind": estimate_summary(lane.behind),
                "tied": lane.tied,
                "not_known_to_be_worse": {"from": lane.alike[0], "to": lane.alike[1]},
                "at_the_end_of_the_grid": lane.at_end,
                "gets_nowhere": lane.nowhere,
                "curve": [_trial(each) for each in lane.curve],
            }
            for lane in result.lanes
        ],
        "pairs": [
            {"lane": pair.lane, "than": pair.than, "behind": estimate_summary(pair.behind), "tied": pair.tied}
            for pair in result.pairs
        ],
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "values": dict(trial.values),
        "mean": estimate_summary(trial.estimate),
        "behind": estimate_summary(trial.behind),
        "loss": estimate_summary(trial.loss),
        "above_start": trial.above,
    }


def write_csv(result: Tuned, stream: "SupportsWrite[str]") -> None:
    """A header, and one row a trial on the fresh seeds: of each lane the curve, its best and its own values.

    `what` is curve, best or own; values that a lane has not are empty. `mean` is of what is made small, `behind` how
    much more that is than the lane's best, `loss` that at last; each has the ends of its interval. `above_start` is
    with how many of the seeds the loss at last was above that at the start, or there was none: for these that at the
    start counts.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns(result))
    writer.writerows(rows(result))


def columns(result: Tuned) -> list[str]:
    """The header."""
    ends = ("", "_low", "_high")
    means = (name + end for name in ("mean", "behind", "loss") for end in ends)
    return ["lane", "what", *_keys(result), *means, "above_start"]


def rows(result: Tuned) -> Iterator[list[Any]]:
    """The rows below it; None where a lane has no such value."""
    keys = _keys(result)
    for lane in result.lanes:
        for what, trial in [*(("curve", each) for each in lane.curve), ("best", lane.best), ("own", lane.own)]:
            numbers = [*trial.estimate.numbers, *trial.behind.numbers, *trial.loss.numbers]
            yield [lane.lane, what, *map(trial.values.get, keys), *numbers, trial.above]


def _keys(result: Tuned) -> list[str]:
    """The numbers that any lane has a choice of."""
    return list(dict.fromkeys(key for lane in result.lanes for key in lane.best.values))


def table(result: Tuned) -> "Table":
    """Each lane's best, the best lane first."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    tuning = result.tuning
    drawn = Table(
        title=Text(f"{tuning.scene.title} · {CRITERIA[tuning.by]}, {tuning.budget.text}", style="bold"),
        caption=Text("\n".join(_legend(result)), style="dim"),
        caption_justify="left",
        box=box.HORIZONTALS,
    )
    drawn.add_column("lane", overflow="fold")
    for name in ("best values", CRITERIA[tuning.by], "behind the best lane", "as the scene has it"):
        drawn.add_column(name, justify="right", overflow="fold")
    texts = share_texts if tuning.by == "escaped" else number_texts

    def told(trial: Trial) -> tuple[str, str]:
        return texts(trial.estimate) if tuning.by == "escaped" else _loss_texts(trial, tuning.seeds)

    for place, lane in enumerate(result.lanes):
        behind = "–" if not place else "tied" if lane.tied else texts(lane.behind)[0]
        interval = texts(lane.behind)[1] if place else ""
        if lane.nowhere:
            behind, interval = "not tuned", ""
        drawn.add_row(
            Text(lane.lane),
            Text.assemble((_values(lane.best), "bold"), _below(_as_good(lane))),
            Text.assemble(
                (told(lane.best)[0], "bold"),
                _below(told(lane.best)[1]),
                _below(_loss(result, lane.best)),
                _below(_above(result, lane.best)),
            ),
            Text.assemble(behind, _below(interval)),
            Text.assemble(
                told(lane.own)[0],
                _below(_loss(result, lane.own)),
                _below(_above(result, lane.own)),
                _below(_values(lane.own)),
            ),
        )
    return drawn


def _loss(result: Tuned, trial: Trial) -> str:
    """The loss at last where something else is made small."""
    return f"loss {_loss_texts(trial, result.tuning.seeds)[0]}" if result.tuning.by == "escaped" else ""


def _loss_texts(trial: Trial, seeds: int) -> tuple[str, str]:
    """The mean loss at last and its interval; no figure where none is below that at the start, which is not it."""
    return (NOT_BELOW, "") if trial.above == seeds else number_texts(trial.loss)


def _above(result: Tuned, trial: Trial) -> str:
    """For how many seeds the loss at the start stands in a mean."""
    seeds = result.tuning.seeds
    return f"{trial.above:,} of {seeds:,} {NOT_BELOW}" if 0 < trial.above < seeds else ""


def _below(text: str) -> tuple[str, str]:
    return (f"\n{text}" if text else "", "dim")


def _short(key: str) -> str:
    return "η" if key == RATE else key.replace("_", " ")


def _values(trial: Trial) -> str:
    return "\n".join(f"{_short(key)} {value_text(value)}" for key, value in trial.values.items())


def _as_good(lane: LaneTuned) -> str:
    """The learning rates around the best one that are not known to be worse."""
    low, high = lane.alike
    return f"{value_text(low)} … {value_text(high)}" if low < high else ""


def _legend(result: Tuned) -> Iterator[str]:
    if any(_as_good(lane) for lane in result.lanes):
        yield "Below the best η: from which to which none is known to be worse."
    for lane in result.lanes:
        if lane.nowhere:
            yield f"{lane.lane}: no η that was looked at gets anywhere, so that this is the scene's own."
        elif lane.at_end:
            yield f"{lane.lane}: the best η is at the end of what was looked at; it may lie beyond."
    updates = {lane.updates for lane in result.lanes}
    if result.tuning.budget.clock != "updates":
        told = [updates_text(*updates)] if len(updates) == 1 else _updates(result)
        yield f"{result.tuning.budget.text}: {', '.join(told)}."
    yield _note(result)


def _updates(result: Tuned) -> list[str]:
    return [f"{lane.lane} {updates_text(lane.updates)}" for lane in result.lanes]


def _note(result: Tuned) -> str:
    alike = f" What differs by {level_of(result.tuning):.1g} or less is alike." if result.tuning.by != "escaped" else ""
    behind = " What is behind holds for all lanes at once." if len(result.lanes) > 2 else ""
    return f"{_seeds(result.tuning)}{alike} {INTERVALS}{behind}"


def _seeds(tuning: Tuning) -> str:
    """On which seeds it all stands, and what counts of them."""
    first, ended = tuning.first_seed, ""
    if tuning.by != "escaped":
        ended = " A loss above that at the start, or none, counts as that at the start."
    return (
        f"Chosen with {tuning.seeds:,} seeds from {first}, told of {tuning.seeds:,} fresh ones from "
        f"{first + tuning.seeds}.{ended}"
    )


def page(result: Tuned) -> Page:
    """What became of each learning rate, a line a lane: of so many lanes as can be told apart, the best."""
    tuning = result.tuning
    shown = result.lanes[:MOST_LANES]
    names = [lane.name for lane in tuning.scene.lanes if lane.name in [each.lane for each in shown]]
    ordered = sorted(shown, key=lambda each: names.index(each.lane))
    lines = [_line(lane.lane, lane.curve, names.index(lane.lane)) for lane in ordered]
    percent = tuning.by == "escaped"
    label = CRITERIA[tuning.by]
    values = [trial.estimate.value for lane in shown for trial in lane.curve]
    log = min(values) > 0 and max(values) > WIDE * min(values)
    low = level_of(tuning) if log and min(values) < level_of(tuning) < max(values) else None  # Below, all are alike.
    y = Axis(label, 0.0, 1.0, percent=True) if percent else Axis(label, low, log=log)
    figure = Figure("", Axis("learning rate η", log=True), y, tuple(lines))
    title = f"{tuning.scene.title} · which learning rate, with {tuning.budget.text}"
    return Page(title, (figure,), f"{_seeds(tuning)} {INTERVALS}")


def _line(name: str, trials: tuple[Trial, ...], hue: int) -> Line:
    found = [each.estimate for each in trials]
    return Line(
        name,
        tuple(float(each.values[RATE]) for each in trials),
        tuple(each.value for each in found),
        tuple(each.low for each in found),
        tuple(each.high for each in found),
        hue,
        dots=True,
    )
