"""docs/lesson.md is what is made from the tour, it fits into a lesson, and its commands can be typed."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from command_line import output
from lesson_plan import AFTER, BEFORE, LESSON, plan

from sim.command import COMMANDS, module_of
from sim.scene.tour import SPOKEN, blanks, the_tour
from sim.study.tour.blanks import text_of, told

PAGE = Path(__file__).parents[1] / "docs" / "lesson.md"


def commands() -> list[str]:
    """The lines of the page's code blocks."""
    blocks = re.findall(r"^```\n(.*?)^```", plan(), flags=re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def test_the_page_is_made_from_the_tour(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(plan(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == plan(), (
        "made anew with: pytest tests/test_lesson_plan.py --update-golden"
    )


def test_it_takes_as_long_as_a_lesson() -> None:
    times = re.findall(r"^\| (\d+)–(\d+) \|", plan(), flags=re.M)
    assert len(times) == len(the_tour().step) + 2
    assert [start for start, _ in times[1:]] == [end for _, end in times[:-1]]
    assert (int(times[0][0]), int(times[-1][1])) == (0, LESSON)
    minutes = [int(each) for each in re.findall(r"^## .*\((\d+) minutes\)$", plan(), flags=re.M)]
    assert sum(minutes) == LESSON
    assert minutes[:1] + minutes[-1:] == [BEFORE, AFTER]


def test_it_says_all_that_the_tour_says() -> None:
    page = plan()
    for step in the_tour().step:
        words = told(step, "en")
        assert [name for name in SPOKEN if getattr(words, name) not in page] == []


@pytest.mark.parametrize("line", commands())
def test_a_command_on_it_can_be_typed(line: str) -> None:
    python, program, name, *words = shlex.split(line)
    assert (python, program) == ("python", "main.py")
    assert name in COMMANDS
    arguments = import_module(module_of(name), "sim.command").parser().parse_args(words)
    assert name != "tour" or arguments.output is not None


def prints(printed: str, number: str) -> bool:
    """Whether a number stands there, with no further digits; its interval, and percent, may stand elsewhere."""
    value = number.split(" (", maxsplit=1)[0].removesuffix(" %").replace(",", "")
    return re.search(rf"(?<![\d.]){re.escape(value)}(?!\.?\d)", printed.replace(",", "")) is not None


@pytest.mark.usefixtures("_elsewhere")
def test_a_step_s_commands_print_its_numbers_or_it_is_said_which_they_do_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    printed: dict[str, str] = {}
    for number, step in enumerate(the_tour().step, 1):
        if not step.untold:
            for line in set(step.repeat) - printed.keys():
                printed[line] = output(capsys, *shlex.split(line))
            every = "\n".join(printed[line] for line in step.repeat)
            missing = {code for code in blanks(step.found) if not prints(every, text_of(step.number[code]))}
            assert missing == set(), number
        assert (f"- *By command:* {step.untold}\n" in plan()) == bool(step.untold)
    assert len(printed) >= 4


def test_a_number_is_found_where_it_is_printed_as_it_is_told() -> None:
    assert prints("lowest  99.90 %  99.44 … 99.98", "99.90 % (99.44 … 99.98)")
    assert prints("1,000", "1,000")
    assert not any(prints(printed, "99.50 %") for printed in ("99.5 %", "99.501 %", "199.50 %", "9.99.50"))


def test_every_step_has_its_picture_and_a_way_to_measure_it_again() -> None:
    lines = commands()
    for number, step in enumerate(the_tour().step, 1):
        assert f"python main.py tour {number} -o step-{number}.png" in lines
        assert all(f"python main.py {each}" in lines for each in step.repeat)
