"""How long a study will take, said beforehand: in a remark where that is long, or as all there is to say."""
# ruff: noqa: PLC0415

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..console.terminal import remark, show, show_json

if TYPE_CHECKING:
    from ...study.sweep.sweep import Result, Study
    from ...study.work.trial import Cost

LONG = 5.0  # Seconds from which on it is said how many there will be.
WORTH_A_TRIAL = 10_000_000  # Of `weight`: less takes some seconds at most.
UNITS = ((48 * 3600, 24 * 3600, "days"), (5400, 3600, "h"), (90, 60, "min"), (0, 1, "s"))
"""From how many seconds on what is told in which unit, and how many seconds that has."""


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """--dry-run."""
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="compute nothing, but estimate how long it would take, here and on ten such computers, from a trial of "
        "about a second",
    )


def foretell(study: "Study", results: "Mapping[int, Result]", arguments: argparse.Namespace) -> None:
    """Say how long it will take to compute what is not among the results, if that is long."""
    from ...study.work.trial import weight

    wanted = study.expected(results)
    if weight([study.blocks[place].job for place in wanted]) < WORTH_A_TRIAL:
        return
    cost = _cost(study, wanted)
    if cost.on(_processes(arguments)) > LONG:
        remark(f"this will take {_told(study, cost, arguments)}")


def show_cost(study: "Study", results: "Mapping[int, Result]", arguments: argparse.Namespace) -> None:
    """Print how long it would take to compute what is not among the results."""
    cost = _cost(study, study.expected(results))
    if arguments.json:
        show_json(_summary(cost, _processes(arguments)))
    elif cost.jobs:
        show(f"This would take {_told(study, cost, arguments)}.")
    else:
        show("Everything has been computed.")


def _cost(study: "Study", wanted: list[int]) -> "Cost":
    from ...study.work.trial import trial

    cases: dict[int, list[Any]] = {}
    for place in wanted:
        block = study.blocks[place]
        cases.setdefault(block.case, []).append(block.job)
    return trial(cases)


def _processes(arguments: argparse.Namespace) -> int:
    """How many compute here."""
    from ...base.limits import MOST_WORKERS
    from ...study.work.workers import available_workers

    return min(arguments.workers or available_workers(), MOST_WORKERS)


def _told(study: "Study", cost: "Cost", arguments: argparse.Namespace) -> str:
    """How long, and what nobody can know of that beforehand."""
    from ...study.work.trial import TEN

    count = _processes(arguments)
    where = "here" if arguments.cluster is None else "on one computer like this"
    processes = "1 process" if count == 1 else f"{count} processes"
    unknown = ["what else they will be doing", "how many runs diverge, or must go on to be decided"]
    if study.kind == "search":
        unknown.append("where the search leads")
    times = f"{duration(cost.on(count))} {where} with {processes}, {duration(cost.on(TEN * count))} on ten such"
    *some, last = unknown
    return f"about {times}, by a trial of {cost.trial:.1f} s, which cannot know {', '.join(some)}, or {last}"


def _summary(cost: "Cost", processes: int) -> dict[str, float]:
    from ...study.work.trial import TEN

    return {
        "blocks": cost.jobs,
        "processes": processes,
        "seconds": round(cost.on(processes), 1),
        "seconds_on_ten": round(cost.on(TEN * processes), 1),
        "seconds_of_one_process": round(cost.seconds, 1),
        "trial_seconds": round(cost.trial, 1),
    }


def duration(seconds: float) -> str:
    """So many seconds, with as many digits as a trial is worth.

    >>> [duration(each) for each in (0.2, 7.4, 83.0, 130.0, 754.0, 8000.0, 600000.0)]
    ['1 s', '7 s', '80 s', '2 min', '13 min', '2.2 h', '7 days']
    """
    for least, unit, name in UNITS:
        if seconds >= least:
            amount = max(seconds / unit, 1.0)
            digits = 0 if amount >= 10 or unit < 3600 or unit > 3600 else 1
            rounded = round(amount, -1) if name == "s" and amount >= 20 else round(amount, digits)
            return f"{rounded:,.{digits}f} {name}"
    raise AssertionError(seconds)
