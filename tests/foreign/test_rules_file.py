"""Files of rules: their code runs where its user names them, their rules are like any other, and mistakes are told."""

import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_line import mistake, status
from waiting import WAIT

import main
from sim.descent.rules import RULES, rule_name
from sim.descent.rules.guard import RuleFailure, with_rate, with_settings
from sim.descent.rules.protocol import settings_of
from sim.descent.verdict.kinds import VerdictKind
from sim.foreign.rules_file import MOST_SETTINGS, RulesError, load_rules, run_rules
from sim.scene import SceneError, parse_scene
from sim.scene.value import unlike
from sim.scene.writing import scene_text
from sim.stage.export.carried import unwritable
from sim.stage.input.control import Choice, TextField
from sim.stage.input.controls import controls
from sim.stage.session.bindings import LoadRules
from sim.stage.session.dials import dials
from sim.stage.session.lanes import ChooseRule, NextRule, ScaleLearningRate, SelectLane, SetHyperparameter
from sim.stage.session.session import Session, update
from sim.stage.session.setup import DraftRules, RulesFound
from sim.stage.session.view import Notify
from sim.stage.style.numbers import rule_in_words, settings
from sim.stage.style.theme import load_theme, say
from sim.stage.window.files.documents import copy_scene
from sim.stage.window.files.rules import run
from sim.stage.window.files.saving import Saving
from sim.study.work.workers import shared

HEAVY = """
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Memory(NamedTuple):
    velocity: np.ndarray


@dataclass(frozen=True)
class Heavy:
    learning_rate: float = 0.1
    friction: float = 0.9

    def init(self, theta):
        return Memory(np.zeros_like(theta))

    def step(self, theta, slope, state):
        velocity = self.friction * state.velocity + slope.here
        return -self.learning_rate * velocity, Memory(velocity)
"""
"""Momentum as torch writes it."""
NAMED = HEAVY.replace("class Heavy:\n", 'class Heavy:\n    name = "my momentum"\n')

TWICE = "object.__setattr__(self, 'friction', 2 * self.friction)"
EQUAL = "__hash__ = object.__hash__\n    "
PICKY = HEAVY.replace(
    "    def init",
    """    def __post_init__(self):
        if not 0.03 <= self.learning_rate <= 0.5:
            raise ValueError(f"η = {self.learning_rate:g}?")
        if self.friction > 1:
            raise SystemExit("too much")

    def init""",
)
"""It takes some learning rates, of which 1 is none, and some shares."""


def with_method(method: str, before: str = "") -> str:
    """Such a rule with another method, or something that is none."""
    return HEAVY.replace("    def init", f"    {before}def {method}\n\n    def init")


def of_settings(count: int) -> str:
    """Such a rule with so many settings."""
    more = "".join(f"    s{n}: float = 0.1\n" for n in range(count - 2))
    return HEAVY.replace("    friction: float = 0.9\n", f"    friction: float = 0.9\n{more}")


def making(name: str, value: str) -> str:
    """Such a rule that makes this of a setting, unless its learning rate is the usual one."""
    change = f"object.__setattr__(self, '{name}', {value})"
    return with_method(f"__post_init__(self): self.learning_rate == 0.1 or {change}")


BASE = """

@dataclass(frozen=True)
class Base:
    learning_rate: float = 0.1

    def init(self, theta):
        return ()


@dataclass(frozen=True)
class Plain(Base):
    def step(self, theta, slope, state):
        return -self.learning_rate * slope.here, state
"""
"""A rule made from a class that is none."""
ABSTRACT = BASE.replace("Base:", "Base(abc.ABC):").replace(
    "    return ()\n", "    return ()\n\n    @abc.abstractmethod\n    def step(self, theta, slope, state): pass\n"
)
TUPLE = """

class Listed(NamedTuple):
    learning_rate: float = 0.1

    def init(self, theta):
        return ()

    def step(self, theta, slope, state):
        return -self.learning_rate * slope.here, state
"""

UNTOLD = "type('Untold', (), {'__format__': lambda self, spec: 1 / 0})()"
"""What cannot be made a text."""
SCENE = """
title = "Mine"
look = "A rule of one's own."
updates = 60
start = [-2.0, 0.5]
surface = { kind = "double-well saddle" }
examples = { kind = "shifted", sigma = 0.2 }

[lane.theirs]
rule = "momentum"
learning_rate = 0.05
decay = 0.8
batch_size = 2

[lane.mine]
rule = "Heavy"
learning_rate = 0.05
friction = 0.8
batch_size = 2
"""

pytestmark = pytest.mark.usefixtures("_elsewhere", "_own_rules_after")


def written(text: str, name: str = "mine.py") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def said(text: str, name: str = "mine.py") -> str:
    """The sentence about such a file."""
    with pytest.raises(RulesError) as found:
        load_rules(written(text, name))
    return str(found.value)


# What is loaded.


def test_the_rules_of_a_file_join_the_others_under_their_names() -> None:
    own = list(RULES)
    assert list(load_rules(written(NAMED)).rules) == ["my momentum"]
    assert list(RULES) == [*own, "my momentum"]
    load_rules(written(HEAVY, "other.py"))
    assert list(RULES) == [*own, "my momentum", "Heavy"]


def test_a_class_of_two_names_is_one_rule() -> None:
    assert list(load_rules(written(f"{HEAVY}\n\nDescent = Heavy\n")).rules) == ["Heavy"]


@pytest.mark.parametrize("text", [BASE.replace("Base", "_Base"), ABSTRACT.replace("Base", "_Base")])
def test_a_class_whose_name_begins_with_an_underscore_is_no_rule(text: str) -> None:
    assert list(load_rules(written(f"import abc\n{HEAVY}{text}")).rules) == ["Heavy", "Plain"]


def test_a_scene_names_them_and_is_written_and_read_as_the_same() -> None:
    load_rules(written(HEAVY))
    scene = parse_scene(SCENE, "mine")
    assert rule_name(scene.lanes[1].rule) == "Heavy"
    assert parse_scene(scene_text(scene), "mine") == scene
    assert 'rule = "Heavy"\nlearning_rate = 0.05\nfriction = 0.8' in scene_text(scene)


def test_it_runs_as_what_it_is() -> None:
    load_rules(written(HEAVY))
    race = parse_scene(SCENE, "mine").race()
    race.extend(60)
    theirs, mine = race.tracks
    assert mine.theta == pytest.approx(theirs.theta, rel=1e-9)
    assert (mine.theta != theirs.theta).any()


def test_a_plain_learning_rate_has_the_bounds_of_any_other_and_unknown_settings_are_named() -> None:
    load_rules(written(HEAVY))
    for wrong, sentence in (
        ("learning_rate = -0.05", "lane.mine.learning_rate must be greater than 0, not -0.05"),
        ("learning_rate = 'x'", 'lane.mine.learning_rate must be a number, not "x"'),
        ("learning_rate = 0.05\nfrction = 1.0", "lane.mine.frction is not known here; did you mean friction?"),
    ):
        head, _, tail = SCENE.rpartition("learning_rate = 0.05")
        with pytest.raises(SceneError) as found:
            parse_scene(head + wrong + tail, "mine")
        assert str(found.value) == sentence


def test_settings_that_the_rule_itself_refuses_are_told() -> None:
    refuses = (
        '    def __post_init__(self):\n        if self.friction > 1:\n            raise ValueError("too much")\n\n'
    )
    load_rules(written(HEAVY.replace("    def init", refuses + "    def init")))
    with pytest.raises(
        SceneError, match=r"^lane.mine: mine.py, line 19: Heavy refuses .*friction = 1.5: ValueError: too much$"
    ):
        parse_scene(SCENE.replace("friction = 0.8", "friction = 1.5"), "mine")


def test_a_text_among_its_settings_is_one_that_can_be_shown() -> None:
    load_rules(
        written(HEAVY.replace("    def init", '    kind: str = "a"\n    kinds: tuple[str, ...] = ()\n\n    def init'))
    )
    assert parse_scene(f"{SCENE}kind = 'b'\nkinds = ['', 'c']", "mine").lanes[1].rule.kinds == ("", "c")  # type: ignore[attr-defined]
    for line, place in ((r'kind = "a\u0000b"', "kind"), (r'kinds = ["a", "a\nb"]', "kinds[1]")):
        with pytest.raises(SceneError) as found:
            parse_scene(SCENE + line, "mine")
        assert str(found.value) == f"lane.mine.{place} must be one line of printable characters"


def test_no_scene_loads_a_file() -> None:
    written('open("ran", "w").close()\n' + HEAVY)
    with pytest.raises(SceneError) as found:
        parse_scene(SCENE, "mine")
    assert str(found.value).startswith('lane.mine has an unknown rule: "Heavy"; there are gradient descent, ')
    assert str(found.value).endswith("langevin (one of your own needs its file: --rules FILE.py)")
    with pytest.raises(SceneError, match=r"^rules is not known here"):
        parse_scene('rules = "mine.py"\n' + SCENE.replace('"Heavy"', '"momentum"').replace("friction", "decay"), "mine")
    assert not Path("ran").exists()


def test_a_changed_file_is_loaded_anew_and_an_unchanged_one_is_as_it_was() -> None:
    load_rules(written(HEAVY))
    before = RULES["Heavy"]
    load_rules("mine.py")
    assert RULES["Heavy"] is before
    load_rules(written(HEAVY.replace("friction: float = 0.9", "friction: float = 0.5")))
    assert RULES["Heavy"] is not before
    assert RULES["Heavy"]().friction == 0.5  # type: ignore[attr-defined]
    load_rules(written(NAMED))
    assert "Heavy" not in RULES


def test_what_a_file_cannot_be_leaves_the_rules_as_they_were() -> None:
    load_rules(written(HEAVY))
    before = dict(RULES)
    assert said(HEAVY + "1/0").endswith("ZeroDivisionError: division by zero")
    assert dict(RULES) == before


def test_as_many_settings_as_a_rule_may_have_are_written_and_read() -> None:
    load_rules(written(of_settings(MOST_SETTINGS)))
    schedule = 'schedule = { kind = "cosine", length = 20 }\nsampling = "fixed"\nclaim = { verdict = "stuck" }'
    scene = parse_scene(f"{SCENE}\n{schedule}", "mine")
    assert len(settings_of(scene.lanes[1].rule)) == MOST_SETTINGS
    assert parse_scene(scene_text(scene), "mine") == scene


# What is wrong with a file.


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "mine.py has no rule: no class there has a step(theta, slope, state)"),
        ("x = (\n", "mine.py, line 1: '(' was never closed"),
        ("\n\nx = 1/0\n", "mine.py, line 3: ZeroDivisionError: division by zero"),
        ("def f():\n    return [][0]\n\n\nf()\n", "mine.py, line 2: IndexError: list index out of range"),
        ("raise GeneratorExit", "mine.py, line 1: GeneratorExit"),
        ("raise SystemExit('no')", "mine.py, line 1: SystemExit: no"),
        ("import nowhere_to_be_found", "mine.py, line 1: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("x = 1\0", "mine.py, line 1: source code string cannot contain null bytes"),
        (HEAVY.replace("def init", "def begin"), "mine.py, line 13: Heavy has no init(theta), which a rule has"),
        (HEAVY.replace("def step", "def move"), "mine.py, line 13: Heavy has no step(theta, slope, state), which a"),
        (HEAVY.replace("@dataclass(frozen=True)", ""), "mine.py, line 13: Heavy is no dataclass, as rules are: "),
        (HEAVY.replace("(frozen=True)", ""), "mine.py, line 13: Heavy is not frozen, as rules are: "),
        (HEAVY.replace("learning_rate", "lr"), "mine.py, line 13: Heavy has no field learning_rate, which a rule has"),
        (HEAVY.replace("slope, state):", "slope):"), "Heavy has a step that does not take (self, theta, slope, state)"),
        (HEAVY.replace("float = 0.1", "float"), "Heavy has a field learning_rate without a usual value, such as"),
        (HEAVY.replace("class Heavy", "class Adam"), 'line 13: a rule is called Adam already; name = "my adam" in'),
        (
            NAMED.replace("my momentum", "a\\nb"),
            "line 13: a rule's name is one line of printable characters",
        ),
        (
            NAMED.replace("my momentum", "m" * 41),
            "line 13: a rule's name is one line of at most 40 characters",
        ),
        (HEAVY.replace("friction", "batch_size"), "a setting cannot be called batch_size, which means something else"),
        (HEAVY.replace("friction: float = 0.9", "friction: object = None"), "friction must be a float, int, bool or s"),
        (
            HEAVY + BASE,
            "line 26: Base has no step(theta, slope, state), which a rule has; if it is only what rules are made from, "
            "call it _Base",
        ),
        (
            f"import abc\n{HEAVY}{ABSTRACT}",
            "Base is abstract, which no rule is: it says nothing of step; if it is only what rules are made from, call",
        ),
        (HEAVY + TUPLE, "line 25: Listed is a tuple, and a rule is a frozen dataclass: @dataclass(frozen=True) mak"),
        (
            HEAVY.replace("dataclass\n", "dataclass, field\n", 1).replace("0.9", "field(default_factory=list)"),
            "Heavy has a field friction with a default_factory: a setting is a tuple and no list, such as friction: tu",
        ),
        (HEAVY.replace("friction: float", "friction: 'Share'"), "has a field friction whose type cannot be told: Name"),
        (
            HEAVY.replace("    friction", "    kept: ClassVar['Share'] = 0\n    friction").replace(
                "import Na", "import ClassVar, Na"
            ),
            "Heavy has a type that cannot be told: NameError: name 'Share' is not defined",
        ),
        (HEAVY + HEAVY, "mine.py, line 35: a class is called Heavy already, on line 13; rename one of them"),
        (NAMED.replace('"my momentum"', "5"), 'Heavy has a name that is no text but int: name = "my heavy" is one'),
        (HEAVY.replace("0.1", "float('nan')"), "Heavy has a learning_rate of nan, which must be a finite number"),
        (HEAVY.replace("float = 0.1", "str = 'x'"), "Heavy has a learning_rate of 'x', which must be a finite number"),
        (HEAVY + HEAVY.replace("class Heavy", "class heavy"), "a rule is called heavy already"),
        (HEAVY.replace("float = 0.1", "int = 1"), "Heavy has a field learning_rate that is no float, which it is in"),
        (HEAVY.replace("0.1", "-0.1"), "the usual value of learning_rate is -0.1, but it must be greater than 0"),
        (HEAVY.replace("0.9", "float('nan')"), "line 13: the usual value of friction is nan, but a scene file ho"),
        (HEAVY.replace("0.9", "float('inf')"), "friction is inf, but a scene file holds finite numbers only"),
        (
            HEAVY.replace("float = 0.9", "tuple[float, ...] = (float('inf'),)"),
            "friction is inf, but a scene file holds",
        ),
        (HEAVY.replace("0.9", "'much'"), "the usual value of friction is 'much', but it must be a valid number"),
        (
            HEAVY.replace("0.9", "np.float32(1)"),
            "value of friction is numpy.float32, and a scene file holds float, int",
        ),
        (HEAVY.replace("float = 0.9", "bool = np.bool_(1)"), "friction is numpy.bool"),
        (
            HEAVY.replace("NamedTuple\n", "Annotated, NamedTuple\nfrom pydantic import Field\n", 1).replace(
                "float = 0.9", "Annotated[float, Field(pattern='x')] = 0.9"
            ),
            "line 14: the usual value of friction is 0.9, but is refused by its type: TypeError: Unable to apply",
        ),
        (
            HEAVY.replace("NamedTuple\n", "Annotated, NamedTuple\nfrom pydantic import Field\n", 1).replace(
                "float = 0.9", "Annotated[float, Field(discriminator='x')] = 0.9"
            ),
            "line 14: friction has a type that no value can be tried with: TypeError: ",
        ),
        (HEAVY.replace("float = 0.9", "int = 10**40"), "the usual value of friction is far too large a number"),
        (HEAVY.replace("float = 0.9", "tuple[int, int] = (1, -2**70)"), "usual value of friction is far too large"),
        (HEAVY.replace("float = 0.9", "str = 'a\\0b'"), "friction must be one line of printable characters"),
        (HEAVY.replace("float = 0.9", "str = 'a\\tb'"), "friction must be one line of printable characters"),
        (HEAVY.replace("float = 0.9", "str = 'ab' * 101"), "friction must be one line of at most 200 characters"),
        (HEAVY.replace("float = 0.9", "tuple[int, ...] = (1,) * 65"), "friction must have at most 64 items, not 65"),
        (
            HEAVY.replace("friction", "_friction"),
            "a setting cannot be called _friction: none in a lane of a scene",
        ),
        (of_settings(MOST_SETTINGS + 1), "line 13: Heavy has 57 fields, and 56 are the most"),
        (HEAVY.replace("friction: float = 0.9", "decay: str = 'x'"), "Heavy has a field decay that is no float"),
        (
            HEAVY.replace("friction: float = 0.9", "clip_norm: tuple[int, ...] = ()"),
            "has a field clip_norm that is no",
        ),
        (with_method(f"__post_init__(self): {TWICE}"), "line 13: Heavy makes others of the settings that it has: "),
        (
            with_method("told(self): return 1 / 0"),
            "Heavy cannot tell its settings: ZeroDivisionError: division by zero",
        ),
        (
            with_method("told(self): return 5"),
            "Heavy has a told that does not answer with a dictionary of its",
        ),
        (with_method("told(self): return {'a': 10**5000}"), "Heavy cannot tell its settings: OverflowError: int"),
        (
            with_method(f"told(self): return {{'a': {UNTOLD}}}"),
            "Heavy cannot tell its settings: ZeroDivisionError: division by zero",
        ),
        *(
            (
                with_method(f"told(self): return {{{told}}}"),
                "Heavy has a told with a name or a value that is not one line of printable characters",
            )
            for told in ("'x\\ny': 1", "'x': 'a\\x1b[31mb'", "'x': np.zeros((2, 2))")
        ),
        (with_method("recurrence(self): return ()"), "Heavy has a recurrence that is no tuple of lines, such as"),
        (with_method("name(self): raise KeyError", "@property\n    "), "Heavy cannot say what it is called: KeyError"),
        (
            with_method("name(self): return 5", "@property\n    "),
            "that is no line of at most 40 characters, but 5",
        ),
        (with_method("__eq__(self, other): 1 / 0", EQUAL), "Heavy cannot be compared with another: ZeroDivisionError"),
        (
            with_method("__eq__(self, other): return 5", EQUAL),
            "cannot be compared with another: == must answer True",
        ),
        (
            with_method("__eq__(self, other): return self.friction == other.friction", EQUAL),
            "Heavy cannot be compared with another: AttributeError: 'GradientDescent' object has no attribute",
        ),
        (
            with_method("__eq__(self, other): return self.learning_rate == other.learning_rate", EQUAL),
            "Heavy is equal to a rule of another class, gradient descent: without an __eq__ of its own it would not be",
        ),
        (
            with_method("__getattr__(self, name): 1 / 0"),
            "Heavy cannot be asked whether it has what rules may have: ",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_line(
    text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sentence in said(text)
    assert sentence in mistake(capsys, "run", "--rules", "mine.py")


def test_a_file_that_is_missing_or_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot read the rules in nowhere.py: no such file or directory" in mistake(
        capsys, "run", "--rules", "nowhere.py"
    )
    Path("folder.py").mkdir()
    assert "cannot read the rules in folder.py: it is a folder" in mistake(capsys, "odds", "--rules=folder.py")
    assert "argument --rules: expected one argument" in mistake(capsys, "run", "--rules")
    assert "there is no option '--rules'; " in mistake(capsys, "scenes", "--rules", "nowhere.py")


def test_two_files_may_not_have_a_rule_of_the_same_name(capsys: pytest.CaptureFixture[str]) -> None:
    written(HEAVY)
    written(HEAVY, "other.py")
    sentence = mistake(capsys, "run", "--rules", "mine.py", "--rules", "other.py")
    assert "other.py, line 13: a rule is called Heavy already" in sentence


# What a rule refuses.


def picky() -> Any:
    load_rules(written(PICKY))
    return RULES["Heavy"]()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"learning_rate": 1.0}, "mine.py, line 19: Heavy refuses learning_rate = 1.0: ValueError: η = 1?"),
        ({"friction": 2.0}, "mine.py, line 21: Heavy refuses friction = 2.0: SystemExit: too much"),
    ],
)
def test_a_setting_that_a_rule_refuses_is_told_with_file_and_line(values: dict[str, float], sentence: str) -> None:
    with pytest.raises(RuleFailure) as found:
        with_settings(picky(), **values)
    assert str(found.value) == sentence


def test_a_learning_rate_that_a_rule_makes_into_none_is_refused() -> None:
    load_rules(written(making("learning_rate", "'big'")))
    with pytest.raises(RuleFailure, match=r"makes of learning_rate = 0\.05 a learning_rate that is no finite number"):
        with_rate(RULES["Heavy"](), 0.05)


@pytest.mark.parametrize(
    ("name", "made", "sentence"),
    [
        ("learning_rate", "0.0", "a learning_rate that is 0.0, but it must be greater than 0"),
        ("learning_rate", "-0.5", "a learning_rate that is -0.5, but it must be greater than 0"),
        ("learning_rate", "10**400", "a learning_rate that is far too large a number"),
        ("learning_rate", "np.float64(0.1)[None]", "a learning_rate that is numpy.ndarray, and a scene file holds"),
        ("friction", "'abc'", "a friction that is 'abc', but it must be a valid number"),
        ("friction", "float('nan')", "a friction that is nan, but a scene file holds finite numbers only"),
        ("friction", "[1, 2]", "a friction that is [1, 2], but it must be a valid number"),
        ("friction", "None", "a friction that is None, but it must be a valid number"),
    ],
)
def test_a_setting_that_a_rule_makes_into_what_no_scene_holds_is_refused(name: str, made: str, sentence: str) -> None:
    load_rules(written(making(name, made)))
    with pytest.raises(RuleFailure) as found:
        with_settings(RULES["Heavy"](), learning_rate=0.2)
    assert str(found.value).startswith(f"mine.py, line 17: Heavy makes of learning_rate = 0.2 {sentence}")
    with pytest.raises(SceneError) as told:
        parse_scene(SCENE, "mine")
    assert sentence in str(told.value)


def test_a_setting_that_a_rule_makes_into_another_is_that_one() -> None:
    load_rules(written(making("friction", "0.25")))
    assert parse_scene(SCENE, "mine").lanes[1].rule.friction == 0.25  # type: ignore[attr-defined]


def test_a_learning_rate_that_falls_to_nothing_on_the_way_may_be_rounded() -> None:
    load_rules(written(making("learning_rate", "round(self.learning_rate, 2)")))
    race = parse_scene(f'{SCENE}schedule = {{ kind = "polynomial", length = 60 }}\n', "mine").race()
    race.extend(60)
    assert race.tracks[1].updates == 60
    assert race.tracks[1].rate(59) == 0.0


@pytest.mark.parametrize("asked", ["noisy", "weight_decay", "__hash__"])
def test_what_is_asked_of_every_rule_is_asked_when_it_is_made(asked: str) -> None:
    before = "" if asked == "__hash__" else "@property\n    "
    load_rules(written(with_method(f"{asked}(self): return 1 // (self.learning_rate == 0.1)", before)))
    with pytest.raises(RuleFailure, match=r"Heavy refuses learning_rate = 0\.2: ZeroDivisionError"):
        with_settings(RULES["Heavy"](), learning_rate=0.2)


ODD = """
def odd(v):
    if v % 2 == 0:
        raise RuntimeError("must be odd")
    return v


@dataclass"""


def test_a_value_that_the_type_of_a_setting_refuses_by_code_of_its_own_is_told() -> None:
    typed = HEAVY.replace("\n@dataclass", ODD).replace("NamedTuple\n", "Annotated, NamedTuple\n", 1)
    typed = typed.replace("import numpy", "from pydantic import AfterValidator\nimport numpy")
    typed = typed.replace("friction: float = 0.9", "k: Annotated[int, AfterValidator(odd)] = 3")
    typed = typed.replace("friction", "k")
    told = "is refused by its type: RuntimeError: must be odd"
    assert said(typed.replace("= 3", "= 2")) == f"mine.py, line 20: the usual value of k is 2, but {told}"
    load_rules(written(typed))
    with pytest.raises(SceneError) as found:
        parse_scene(SCENE.replace("friction = 0.8", "k = 4"), "mine")
    assert str(found.value) == f"lane.mine.k {told}"


def test_a_text_or_list_of_a_type_with_bounds_is_read_as_any_other() -> None:
    typed = HEAVY.replace("NamedTuple\n", "Annotated, NamedTuple\n", 1).replace(
        "    friction: float = 0.9\n",
        "    friction: float = 0.9\n    kind: Annotated[str, 'a'] = 'a'\n"
        "    kinds: Annotated[tuple[int, ...], 'b'] = (1,)\n",
    )
    load_rules(written(typed))
    scene = parse_scene(f"{SCENE}kind = 'b'\nkinds = [3, 4]", "mine")
    assert scene.lanes[1].rule.kinds == (3, 4)  # type: ignore[attr-defined]
    assert parse_scene(scene_text(scene), "mine") == scene
    for line, sentence in (
        (r'kind = "a\u0000b"', "kind must be one line of printable characters"),
        ("kinds = [3, 'x']", 'kinds[1] must be a whole number, not "x"'),
        ("kinds = 3", "kinds must be a list, not 3"),
    ):
        with pytest.raises(SceneError) as found:
            parse_scene(f"{SCENE}{line}", "mine")
        assert str(found.value) == f"lane.mine.{sentence}"


def test_lanes_are_told_apart_without_making_a_rule_that_it_refuses() -> None:
    picky()
    assert unlike(parse_scene(SCENE, "mine")) == (False, False)
    assert unlike(parse_scene(SCENE.replace("0.05\nfriction", "0.2\nfriction"), "mine")) == (False, True)


def test_a_lane_whose_schedule_leads_to_what_its_rule_refuses_fails_there(capsys: pytest.CaptureFixture[str]) -> None:
    picky()
    scene = f'{SCENE}schedule = {{ kind = "cosine", length = 60 }}\n'
    race = parse_scene(scene, "mine").race()
    race.extend(60)
    theirs, mine = race.tracks
    first = next(n for n in range(60) if mine.lane.schedule.factor(n, 10) * 0.05 < 0.03)
    assert (theirs.updates, mine.updates) == (60, first)
    verdict = race.judges[1].verdict(60)
    assert verdict.kind is VerdictKind.FAILED
    assert "mine.py, line 19: Heavy refuses learning_rate = 0.0289" in verdict.sentence
    assert mine.rate(first) == pytest.approx(0.05 * mine.lane.schedule.factor(first, 10))
    assert mine.rule(first) is mine.lane.rule
    written(scene, "mine.toml")
    views = ("--show", "formula", "--show", "next-step", "--show", "momentum", "--size", "640x400")
    assert status("screenshot", "mine.toml", "-o", "mine.png", *views, "--rules", "mine.py") == 0
    assert status("page", "mine.toml", "-o", "mine.html", "--rules", "mine.py") == 0
    capsys.readouterr()


def test_basins_say_what_a_rule_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    picky()
    words = ("basins", "local-minimum", "--rules", "mine.py", "--rule", "heavy", "--updates", "60")
    for rate, sentence in (
        ("0.01", "error: mine.py, line 19: Heavy refuses learning_rate = 0.01: ValueError: η = 0.01?\n"),
        ("-1", "error: --learning-rate must be greater than 0, not -1.0\n"),
    ):
        assert status(*words, "--learning-rate", rate) == 2
        assert capsys.readouterr().err.endswith(sentence)


@pytest.mark.parametrize("like", ["momentum", "gradient descent"])
def test_a_check_tries_no_learning_rate_that_a_rule_refuses(like: str, capsys: pytest.CaptureFixture[str]) -> None:
    written(PICKY.replace("self.friction *", "0.0 *") if like == "gradient descent" else PICKY)
    assert status("check", "mine.py", "--like", like) == 0
    assert "where the learning rate changes" not in capsys.readouterr().out


def test_a_name_is_never_filled_in(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    name = "{seed} 100% [b] Momentum"
    load_rules(written(NAMED.replace("my momentum", name)))
    assert settings(update(session, ChooseRule(name)).scene.lanes[0], 20).startswith(f"{name} · η ")
    assert say("de", "{seed}") == "{seed}"
    words = ("--rules", "mine.py", "--rule", name, "--size", "320x240", "-o", "mine.png")
    assert status("basins", "local-minimum", *words) == 0
    assert name in capsys.readouterr().out
    assert status("basins", "--rules", "mine.py", "--help") == 0
    assert name in " ".join(capsys.readouterr().out.split())


def test_a_name_is_not_translated() -> None:
    load_rules(written(NAMED.replace("my momentum", "full batch")))
    assert rule_in_words("full batch", "de") == "full batch"


# Commands.


@pytest.mark.parametrize(
    "later",
    ["10**5000", "10**400", UNTOLD, "'a\\nb'", "np.zeros((2, 2))", "type('', (), {'__str__': lambda self: 5})()"],
)
def test_what_cannot_be_shown_of_what_it_tells_later_leaves_its_settings_to_be_told(
    capsys: pytest.CaptureFixture[str], later: str
) -> None:
    told = f"{{'learning_rate': {later} if len(calls) > 1 else 1.0}}"
    written(with_method(f"told(self, calls=[]): calls.append(0); return {told}"))
    written(SCENE, "mine.toml")
    run = json.loads(told_once(capsys, "run", "mine.toml", "--json"))
    assert run["lanes"][1]["friction"] == 0.8
    assert "friction 0.8" in " ".join(told_once(capsys, "run", "mine.toml").split())
    told_once(capsys, "screenshot", "mine.toml", "-o", "mine.png", "--size", "640x400", "--show", "formula")


def test_what_it_tells_is_shown_whether_it_is_a_number_or_not(capsys: pytest.CaptureFixture[str]) -> None:
    text = with_method("told(self): return {'learning_rate': 'fast', 'friction': float('nan'), 'rest': None}")
    written(text.replace("class Heavy:\n", 'class Heavy:\n    recurrence = ("θ ← θ − η g",)\n'))
    written(SCENE, "mine.toml")
    lane = json.loads(told_once(capsys, "run", "mine.toml", "--json"))["lanes"][1]
    assert (lane["learning_rate"], lane["friction"], lane["rest"]) == ("fast", "nan", None)
    told_once(capsys, "screenshot", "mine.toml", "-o", "mine.png", "--size", "640x400", "--show", "formula")
    told_once(capsys, "basins", "mine.toml", "--rule", "heavy", "--updates", "60", "--size", "320x240")


def told_once(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints that runs the code of mine.py, and says so, once."""
    assert status(*words, "--rules", "mine.py") == 0
    captured = capsys.readouterr()
    assert captured.err == "main.py: --rules runs the code of mine.py\n"
    return captured.out


def test_every_command_that_opens_a_scene_takes_them_and_says_once_that_it_runs_their_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    written(HEAVY)
    written(SCENE, "mine.toml")
    run = json.loads(told_once(capsys, "run", "mine.toml", "--json"))
    assert [lane["rule"] for lane in run["lanes"]] == ["momentum", "Heavy"]
    assert [lane["final"]["update"] for lane in run["lanes"]] == [60, 60]
    odds = json.loads(told_once(capsys, "odds", "mine.toml", "--seeds", "3", "--json"))
    assert [lane["rule"] for lane in odds["lanes"]] == ["momentum", "Heavy"]
    told_once(capsys, "screenshot", "mine.toml", "-o", "mine.png", "--size", "640x400")
    assert 'rule = "Heavy"' in told_once(capsys, "show", "mine.png")
    told_once(capsys, "record", "mine.png", "-o", "mine.gif", "--to", "2", "--size", "320x240")
    heavy = ("--rule", "heavy", "--friction", "0.5", "--updates", "60", "--size", "320x240")
    assert "friction" in told_once(capsys, "basins", "mine.toml", *heavy)
    swept = told_once(
        capsys, "sweep", "mine.toml", "--over", "lane.mine.friction=0.5,0.9", "--seeds", "2", "--results", "kept"
    )
    assert "lane.mine.friction" in swept


def answered(*words: str) -> tuple[int, str, str]:
    """A process's status, and what it says on both streams."""
    command = [sys.executable, str(Path(main.__file__)), *words]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


IMPORTED = HEAVY.replace("import numpy as np\n", "import numpy as np\n\nprint('at import')\n")
CHATTY = IMPORTED.replace(
    "    def step(self, theta, slope, state):\n", "    def step(self, theta, slope, state):\n        print('in step')\n"
)
CHATTY = CHATTY.replace("    def init(self, theta):\n", "    def init(self, theta):\n        print('in init')\n")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "mine.toml", "--rules", "mine.py"),
        ("odds", "mine.toml", "--rules", "mine.py", "--seeds", "3"),
        ("check", "mine.py"),
    ],
)
def test_what_a_rule_prints_goes_to_standard_error_and_results_alone_to_standard_output(
    words: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    written(f"{CHATTY}# For {words[0]}: what is known by its text is not run again.\n")
    written(SCENE, "mine.toml")
    assert status(*words, "--json") == 0
    out, errors = capfd.readouterr()
    assert json.loads(out)
    assert {"at import", "in init", "in step"} <= set(errors.splitlines())


def test_what_a_rule_prints_in_a_worker_process_goes_there_too(capfd: pytest.CaptureFixture[str]) -> None:
    load_rules(written(CHATTY))
    capfd.readouterr()
    assert len(list(shared([Errand(RULES["Heavy"]())], 1))) == 1
    assert capfd.readouterr() == ("", "at import\n")


@pytest.mark.parametrize("words", [("run", "mine.toml", "--rules", "mine.py"), ("check", "mine.py")])
def test_a_rule_that_says_that_the_user_interrupts_ends_as_that(words: tuple[str, ...]) -> None:
    written(HEAVY.replace("        velocity =", "        raise KeyboardInterrupt\n        velocity ="))
    written(SCENE, "mine.toml")
    status, out, errors = answered(*words)
    assert (status, out) == (130, "")
    assert errors.splitlines()[-1] == "main.py: interrupted"
    assert "Traceback" not in errors


def test_a_picture_opened_without_the_file_says_which_rule_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    written(HEAVY)
    written(SCENE, "mine.toml")
    told_once(capsys, "screenshot", "mine.toml", "-o", "mine.png", "--size", "640x400")
    del RULES["Heavy"]
    sentence = mistake(capsys, "run", "mine.png")
    assert 'mine.png: lane.mine has an unknown rule: "Heavy"' in sentence
    assert "--rules FILE.py" in sentence


def test_a_sweep_does_not_go_on_from_what_another_text_of_the_file_gave(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("sweep", "mine.toml", "--over", "lane.mine.friction=0.5,0.9", "--seeds", "2", "--results", "kept")
    written(HEAVY)
    written(SCENE, "mine.toml")
    told_once(capsys, *words)
    written(HEAVY.replace("slope.here\n", "2 * slope.here\n"))
    assert status(*words, "--rules", "mine.py") == 2
    assert "kept holds a sweep of" in (sentence := capsys.readouterr().err)
    assert "with another text of the files of its rules" in sentence


# Other processes.


class Errand:
    """A rule that is sent away, and does something there."""

    marble_updates = 1

    def __init__(self, rule: object) -> None:
        self.rule = rule

    def run(self) -> tuple[object, list[str]]:
        return self.rule, list(RULES)


def test_worker_processes_know_the_rules_even_where_the_file_has_gone() -> None:
    load_rules(written(HEAVY))
    rule = RULES["Heavy"](learning_rate=0.3)  # type: ignore[call-arg]
    Path("mine.py").unlink()
    (found,) = [outcome for outcome in shared([Errand(rule)], 1) if outcome is not None]
    assert found == (0, (rule, list(RULES)))


def test_a_rule_is_known_elsewhere_whose_class_has_another_name_there() -> None:
    load_rules(written(f"{HEAVY.replace('class Heavy', 'class _Heavy')}\n\nHeavy = _Heavy\n"))
    rule = RULES["_Heavy"](learning_rate=0.3)  # type: ignore[call-arg]
    (found,) = [outcome for outcome in shared([Errand(rule)], 1) if outcome is not None]
    assert found == (0, (rule, list(RULES)))


def test_a_rule_that_is_sent_is_equal_here() -> None:
    load_rules(written(HEAVY))
    rule = RULES["Heavy"](learning_rate=0.3)  # type: ignore[call-arg]
    assert pickle.loads(pickle.dumps(rule)) == rule


def test_a_file_that_is_asked_for_while_it_is_run_is_run_once_and_is_all_there() -> None:
    begun = "import pathlib, time\nwith open('runs', 'a') as runs:\n    runs.write('1')\n"
    waits = "while not pathlib.Path('go').exists():\n    time.sleep(0.002)\n"
    written(f"{begun}{waits}{HEAVY}")
    with ThreadPoolExecutor(2) as threads:
        found = [threads.submit(run_rules, "mine.py") for _ in range(2)]
        wait(found, 0.3)
        Path("go").touch()
        one, other = (each.result(WAIT).rules for each in found)
    assert list(one) == ["Heavy"]
    assert one == other
    assert "Heavy" not in RULES
    assert Path("runs").read_text(encoding="utf-8") == "1"


# In the window.


def load(path: str) -> RulesFound:
    """Run a file as its user in the window does."""
    return run(path).joined()


def test_what_the_session_is_told_of_a_file_changes_nothing_else(session: Session) -> None:
    written(HEAVY)
    ran = run("mine.py")
    assert ran.file is not None
    found, before = RulesFound("mine.py", ran.file.rules), dict(RULES)
    told = update(session, found).notice
    assert told == update(session, found).notice == "The code of mine.py was run; its rules: Heavy."
    assert dict(RULES) == before
    ran.joined()
    assert "Heavy" in RULES


def test_a_file_that_is_typed_is_run_and_its_rules_can_be_chosen(session: Session) -> None:
    written(HEAVY)
    there = update(session, load("mine.py"))
    assert (there.rules.text, there.rules.refused) == ("mine.py", "")
    assert there.notice == "The code of mine.py was run; its rules: Heavy."
    chosen = update(there, ChooseRule("Heavy"))
    assert rule_name(chosen.scene.lanes[chosen.lane].rule) == "Heavy"
    (rules,) = [each for each in controls(chosen, load_theme("light")) if getattr(each, "name", "") == "rule"]
    assert isinstance(rules, Choice)
    assert rules.options[-1] == rules.chosen == "Heavy"
    assert settings(chosen.scene.lanes[chosen.lane], 20) == "Heavy · η 0.15 · friction 0.9 · B 20 of 20"


def test_a_file_that_cannot_be_used_stays_in_its_field_with_what_is_wrong(session: Session) -> None:
    written("x = (")
    there = update(session, load("mine.py"))
    (entry,) = [each for each in controls(there, load_theme("light")) if getattr(each, "name", "") == "rules"]
    assert isinstance(entry, TextField)
    assert (entry.text, entry.mistake) == ("mine.py", "mine.py, line 1: '(' was never closed")
    assert there.scene == session.scene
    assert (entry.does("mine.py"), entry.does("  ")) == (LoadRules("mine.py"), DraftRules(""))
    gone = update(there, DraftRules(""))
    assert (gone.rules.text, gone.rules.refused) == ("", "")


def test_lanes_go_on_with_what_a_changed_file_has_now(session: Session) -> None:
    written(HEAVY)
    there = update(update(session, load("mine.py")), ChooseRule("Heavy"))
    there = update(there, SetHyperparameter("friction", 0.5))
    assert update(there, load("mine.py")).scene is there.scene
    written(HEAVY.replace("self.friction *", "0.1 * self.friction *"))
    after = update(there, load("mine.py"))
    rule = after.scene.lanes[after.lane].rule
    assert type(rule) is RULES["Heavy"]
    assert rule.friction == 0.5  # type: ignore[attr-defined]
    assert after.scene.lanes[1:] == there.scene.lanes[1:]


def test_a_rule_that_keeps_a_share_under_a_known_name_has_its_slider(session: Session) -> None:
    load_rules(written(HEAVY))
    there = update(session, ChooseRule("Heavy"))
    assert [dial.sign for dial in dials(there.scene, there.lane)] == ["η", "λ", "B"]


def test_what_a_rule_refuses_stays_as_it_was_with_what_it_says(session: Session) -> None:
    picky()
    there = update(session, ChooseRule("Heavy"))
    for message, what in (
        (SetHyperparameter("learning_rate", 1.0), "line 19: Heavy refuses learning_rate = 1.0: ValueError: η = 1?"),
        (ScaleLearningRate(4.0), "line 19: Heavy refuses learning_rate = 0.6: ValueError: η = 0.6?"),
        (SetHyperparameter("friction", 2.0), "line 21: Heavy refuses friction = 2.0: SystemExit: too much"),
    ):
        after = update(there, message)
        assert after.scene is there.scene
        assert after.notice == f"Nothing was changed: mine.py, {what}"


def test_a_rule_that_refuses_the_lane_is_not_chosen_and_passed_over(session: Session) -> None:
    picky()
    there = update(session, SetHyperparameter("learning_rate", 1.0))
    after = update(there, ChooseRule("Heavy"))
    assert after.scene is there.scene
    assert after.notice.startswith("Nothing was changed: mine.py, line 19: Heavy refuses learning_rate = 1.0")
    last = update(there, ChooseRule([*RULES][-2]))
    passed = update(last, NextRule())
    assert rule_name(passed.scene.lanes[0].rule) == "gradient descent"
    assert passed.notice.startswith("Heavy is passed over: mine.py, line 19: Heavy refuses learning_rate = 1.0")


@pytest.mark.parametrize("language", ["en", "de"])
def test_lanes_keep_their_rule_where_a_changed_file_refuses_their_settings(session: Session, language: str) -> None:
    written(HEAVY)
    there = update(replace(session, language=language), load("mine.py"))
    there = update(update(there, ChooseRule("Heavy")), SetHyperparameter("friction", 2.0))
    written(PICKY)
    after = update(there, load("mine.py"))
    assert after.scene is there.scene
    assert after.notice.endswith("line 21: Heavy refuses learning_rate = 0.15, friction = 2.0: SystemExit: too much")
    name = there.scene.texts(language).lanes[there.lane]
    keeps = "keeps its rule as it was: " if language == "en" else "behält die Regel, wie sie war: "
    assert after.notice.startswith(f"{name} {keeps}")


def test_every_lane_that_keeps_its_rule_is_named_and_each_reason_told_once(session: Session) -> None:
    written(HEAVY)
    there = update(session, load("mine.py"))
    for lane, friction in enumerate((2.0, 3.0, 0.5)):
        there = update(
            update(update(there, SelectLane(lane)), ChooseRule("Heavy")), SetHyperparameter("friction", friction)
        )
    there = update(there, SetHyperparameter("learning_rate", 0.15))
    names = there.scene.texts("en").lanes
    written(PICKY)
    told = update(there, load("mine.py")).notice
    assert told.startswith(f"{names[0]}, {names[1]} keep their rules as they were: mine.py, line 21: ")
    assert told.count("too much") == 2
    assert "friction = 2.0" in told
    assert "friction = 3.0" in told
    same = update(update(there, SelectLane(1)), SetHyperparameter("friction", 2.0))
    assert update(same, load("mine.py")).notice.count("too much") == 1


def test_a_setting_that_is_of_another_type_in_a_changed_file_is_as_usual_there(session: Session) -> None:
    written(HEAVY)
    there = update(update(session, load("mine.py")), ChooseRule("Heavy"))
    written(HEAVY.replace("friction: float = 0.9", 'friction: str = "much"').replace("self.friction", "0.9"))
    after = update(there, load("mine.py"))
    assert settings_of(after.scene.lanes[0].rule) == {"learning_rate": 0.15, "friction": "much"}


def test_a_lane_whose_rule_a_changed_file_has_no_more_is_named_and_no_file_can_hold_it(session: Session) -> None:
    written(HEAVY)
    there = update(update(session, load("mine.py")), ChooseRule("Heavy"))
    assert not unwritable(there)
    written(HEAVY.replace("class Heavy", "class Other"))
    after = update(there, load("mine.py"))
    name = there.scene.texts("en").lanes[there.lane]
    assert after.notice == f"{name} keeps its rule as it was: Heavy is not in mine.py now"
    why = unwritable(after)
    assert why.startswith("no file can name lane.")
    assert copy_scene(after) == Notify(f"Nothing can be copied: {why}")
    pictures = Saving()
    pictures.begin(after, (640, 400))
    pictures.close()
    told = pictures.told()
    assert type(told) is Notify  # Nothing was kept: what was changed is still to be saved.
    assert told.sentence.endswith(f", without its scene: {why}")
    assert update(after, load("mine.py")).notice.startswith("The code of mine.py was run")  # It is told once.
