"""A unit test of rules in a file."""
# ruff: noqa: PLC0415

import argparse
import re
from typing import TYPE_CHECKING, Any

from . import COMMAND_LINE
from .console.arguments import Parser
from .console.terminal import remark, show_json, show_table

if TYPE_CHECKING:
    from rich.table import Table

    from ..checking import Report

WRONG = 1
"""The exit status where a rule is wrong, as of other tests."""


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "check",
        """
Run the code of a file, and test the update rules in it: that their settings
can stand in a scene file; that they write to nothing they are given, treat
every marble as if it were alone, can be replayed, and remember nothing outside
their state; and with --like, that they move as a rule of the program does.
Where one does not, the usual mistakes are tried, and the one that moves the
same way is named, with the line of the recurrence. The exit status is 1 where
something is wrong, 2 where nothing could be tested.
""",
        f"""
{COMMAND_LINE} check mine.py
{COMMAND_LINE} check mine.py:Heavy --like momentum
{COMMAND_LINE} check mine.py --like adam --json
""",
    )
    parser.add_argument(
        "file", metavar="FILE.py[:NAME]", help="the file, and the class in it (default: all rules there)"
    )
    parser.add_argument(
        "--like", metavar="RULE", help="the rule that it should equal; settings with the same names get the same values"
    )
    parser.add_argument("--json", action="store_true", help="print the findings for programs, as JSON")
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Test them, and say what came of it."""
    from ..foreign.rules_file import RulesError, classes, line_of, read

    like = None if arguments.like is None else _known(arguments.like)
    match = re.fullmatch(r"(.+):(\w+)", arguments.file)
    path, name = match.groups() if match and match[1].lower().endswith(".py") else (arguments.file, None)
    source = read(path)
    found = classes(source)
    if name is not None and name not in found:
        from ..scene.words import did_you_mean

        raise RulesError(f"{path} has no rule {did_you_mean(name, found)}" if found else f"{path} has no rule")
    if not found:
        raise RulesError(f"{path} has no rule: no class there has a step(theta, slope, state)")
    remark(f"check runs the code of {path}")
    chosen = found if name is None else {name: found[name]}
    reports = [_report(kind, f"{path}, line {line_of(source, own)}", like) for own, kind in chosen.items()]
    if arguments.json:
        show_json([_summary(report) for report in reports])
    else:
        show_table(*map(_table, reports))
    if not all(report.ok for report in reports):
        raise SystemExit(WRONG)


def _known(wanted: str) -> str:
    from ..descent.rules import RULES
    from ..scene.words import did_you_mean

    name = wanted.replace("-", " ").casefold()
    if name not in RULES:
        parser().error(f"argument --like: there is no rule {did_you_mean(wanted, RULES)}")
    return name


_ASKED = (
    "it is a frozen dataclass with learning_rate, init and step",
    "its name and settings can stand in a scene file",
)
"""What is asked of a class before it is tried."""


def _report(kind: type[Any], where: str, like: str | None) -> "Report":
    from ..checking import Finding, Report, check_rule
    from ..foreign.rules_file import unwritable, wrong

    asked, holds = _ASKED
    if problem := wrong(kind):
        return Report(kind.__name__, like, (Finding("rule", asked, f"{where}: {kind.__name__} {problem}"),))
    refused = unwritable(kind)
    settings = Finding("settings", holds, f"{where}: {refused}" if refused else "")
    found = check_rule(kind, like)
    return Report(kind.__name__, like, (Finding("rule", asked), settings, *found.findings), found.notes)


def _summary(report: "Report") -> dict[str, Any]:
    return {
        "rule": report.rule,
        "like": report.like,
        "ok": report.ok,
        "findings": [
            {"name": each.name, "asked": each.asked, "ok": not each.problem, "problem": each.problem or None}
            for each in report.findings
        ],
        "notes": list(report.notes),
    }


def _table(report: "Report") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    title = f"{report.rule}, like {report.like}" if report.like else report.rule
    drawn = Table(title=Text(title, "bold"), box=box.SIMPLE, show_header=False, pad_edge=False)
    drawn.add_column(no_wrap=True)
    drawn.add_column(overflow="fold")
    for each in report.findings:
        told = Text.assemble(each.asked, (f"\n{each.problem}", "bold red")) if each.problem else Text(each.asked, "dim")
        drawn.add_row(Text("✗", "bold red") if each.problem else Text("✓", "green"), told)
    for note in report.notes:
        drawn.add_row(Text("·"), Text(note))
    return drawn
