"""Every kind of verdict carries what others derive from it: to add one, its entry is enough."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.descent.verdict.events import EVENT_KINDS, Escape
from sim.descent.verdict.judge import STAYING
from sim.descent.verdict.kinds import KINDS, Place, Rank, VerdictKind
from sim.study.odds.ends import PLACELESS
from sim.study.statistics.end_kind import EndKind

HOUSE = Path(sim.__file__).parent
FEW = 2
"""Of so many verdicts a list may be that asks something of its own."""


def lists_of_verdicts(source: str) -> Iterator[set[str]]:
    """The names of the verdicts that stand in a literal one beside the other, as its elements or as its keys."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Dict(keys=parts) | ast.Set(elts=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                yield {
                    part.attr
                    for part in parts
                    if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "VerdictKind"
                }


def test_nowhere_are_verdicts_listed_again() -> None:
    again = {
        path.relative_to(HOUSE).as_posix(): names
        for path in HOUSE.rglob("*.py")
        for names in lists_of_verdicts(path.read_text(encoding="utf-8"))
        if len(names) > FEW
    }
    assert again == {}


def test_how_a_list_of_verdicts_is_told() -> None:
    source = "a = {VerdictKind.HELD: 1, VerdictKind.LEVEL: 2, b: 3}\nc = (VerdictKind.STUCK, d.STALLED)"
    assert sorted(map(sorted, lists_of_verdicts(source))) == [["HELD", "LEVEL"], ["STUCK"]]


@pytest.mark.parametrize("kind", VerdictKind)
def test_a_verdict_is_called_by_its_name_and_says_what_it_means(kind: VerdictKind) -> None:
    assert kind.code == kind.name.lower()
    assert kind.traits.meaning.endswith(".")
    assert len(kind.traits.short) < len(kind.words)


@pytest.mark.parametrize("kind", VerdictKind)
def test_who_is_gone_is_so_for_good_and_has_an_end_that_says_why(kind: VerdictKind) -> None:
    gone = kind.place is Place.GONE
    assert gone == (kind.rank is Rank.FOR_GOOD)
    assert not gone or EndKind[kind.name] in PLACELESS


def test_who_stays_in_a_basin_is_at_rest_or_moves_within_it() -> None:
    staying = {kind.code for kind, stays in zip(KINDS, STAYING.tolist(), strict=True) if stays}
    assert staying == {"settled", "stuck", "rattling", "bouncing", "swinging"}


def test_what_is_worth_an_instant() -> None:
    momentous = {kind.code for kind in EVENT_KINDS if kind.momentous}
    assert momentous == {*(kind.code for kind in Escape), "settled", "stuck", "stalled", "diverged"}
