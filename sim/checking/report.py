"""All that is asked of a rule, and what came of it."""

from dataclasses import dataclass
from typing import Any

from ..descent.rules import RULES, rule_name
from ..descent.rules.guard import RuleFailure, place_of
from ..descent.rules.protocol import Rule
from .behaviour import QUESTIONS
from .likeness import UPDATES, compared, counts_late, twins


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one question."""

    name: str
    """The question's name, for programs."""
    asked: str
    """What should hold, in words."""
    problem: str = ""
    """What is wrong, with file and line; empty if it holds."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of all questions about a rule."""

    rule: str
    """Its name."""
    like: str | None
    """The rule that it should move like, if one was named."""
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    """What is no mistake, and worth knowing."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, a sentence each."""
        return tuple(finding.problem for finding in self.findings if finding.problem)

    @property
    def ok(self) -> bool:
        """Whether all holds."""
        return not self.problems


def check_rule(rule: Rule[Any] | type[Rule[Any]], like: str | Rule[Any] | None = None) -> Report:
    """Ask of a rule all that every rule must do, and whether it moves as another one does, if one is named.

    Args:
        rule: an instance, or a class, which is tried with its usual settings.
        like: the name of a registered rule, or a rule. Both get the same settings, as far as they have them by the same
            names; where it moves otherwise, the typical mistakes of its recurrence are run, and the one that moves
            the same is told.

    Raises:
        KeyError: no rule is called like that.
    """
    tried: Any = rule() if isinstance(rule, type) else rule
    findings = [_found(name, tried) for name in QUESTIONS]
    notes: tuple[str, ...] = ()
    if findings[0].problem:  # Nothing else can be asked of it but what it does to what it is given.
        known = tuple(each for each in findings if each.problem)
        return Report(rule_name(tried), None if like is None else _name(like), known, _late(tried, like))
    if like is None:
        same = next(iter(twins(tried)), "")
        notes = (f"it moves as {same} does in {UPDATES} updates",) if same else ()
        return Report(rule_name(tried), None, tuple(findings), notes)
    model, name = _model(like), _name(like)
    place = place_of(tried, "step")
    try:
        told = compared(tried, model)
    except RuleFailure as failure:
        findings.append(Finding("path", f"it moves as {name} does in {UPDATES} updates", str(failure)))
    else:
        findings += [
            Finding("first steps", f"its first steps are those of {name} in closed form", _at(place, told.first_steps)),
            Finding("path", f"it moves as {name} does in {UPDATES} updates", _at(place, told.path)),
        ]
        notes = (told.note,) if told.note else ()
    return Report(rule_name(tried), name, tuple(findings), notes)


def assert_rule(rule: Rule[Any] | type[Rule[Any]], like: str | Rule[Any] | None = None) -> None:
    """Fail, as a test does, with a sentence for each thing that is wrong with a rule; `check_rule` says what is asked.

    A test of one's own is then a line:

        @pytest.mark.parametrize("rule", [Mine(0.1), Mine(0.1, friction=0.5)])
        def test_mine_is_momentum(rule):
            assert_rule(rule, like="momentum")

    Raises:
        AssertionError: something is wrong.
    """
    problems = check_rule(rule, like).problems
    if problems:
        raise AssertionError("\n".join(problems))


def _late(rule: Any, like: str | Rule[Any] | None) -> tuple[str, ...]:
    """A note on a rule that fails since it counts too late, and divides by 1 − β⁰."""
    try:
        if like is None or not counts_late(rule, _model(like)):
            return ()
    except RuleFailure:
        return ()
    return (f"it moves as {_name(like)} does once its count begins at 1: its bias correction counts from t = 0",)


def _model(like: str | Rule[Any]) -> Any:
    return RULES[like]() if isinstance(like, str) else like


def _name(like: str | Rule[Any]) -> str:
    return like if isinstance(like, str) else rule_name(like)


def _at(place: str, problem: str) -> str:
    return f"{place}: {problem}" if problem else ""


def _found(name: str, rule: Rule[Any]) -> Finding:
    asked, question = QUESTIONS[name]
    try:
        return Finding(name, asked, question(rule))
    except RuleFailure as failure:
        return Finding(name, asked, str(failure) if name in ("answers", "rests") else "")
