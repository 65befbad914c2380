"""docs/lesson.md is what is made from the tour, it fits into a lesson, and its commands can be typed."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from lesson_plan import AFTER, BEFORE, LESSON, plan

from sim.command import COMMANDS, module_of
from sim.scene.tour import SPOKEN, the_tour
from sim.study.tour.telling import told

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


def test_every_step_has_its_picture_and_a_way_to_measure_it_again() -> None:
    lines = commands()
    for number, step in enumerate(the_tour().step, 1):
        assert f"python main.py tour {number} -o step-{number}.png" in lines
        assert all(f"python main.py {each}" in lines for each in step.repeat)
