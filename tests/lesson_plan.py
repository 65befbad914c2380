"""The plan of a lesson, made from the tour.

`python -m pytest tests/test_lesson_plan.py --update-golden` writes it anew.
"""

from collections.abc import Iterator

from sim.scene.tour import Step, the_tour
from sim.study.tour.blanks import first_seed, told

LESSON = 45  # Minutes.
BEFORE, AFTER = 2, 2
"""How many of them go before the first step and after the last."""

HEAD = f"""# A lesson of {LESSON} minutes

The thirteen claims of the lecture on batch and momentum, each seen, guessed and measured. This page is made from
`assets/tour.toml`; a test compares them, and measures every number anew.

What it takes: a computer with this program (README, "Start") and a projector. `python main.py tour` opens the window
on the first step; **Page Down** and **Page Up** lead on and back, **Backspace** brings a step back as it was after one
has played with it, **P** makes the type bigger, **L** changes the language, **Shift H** ends the tour. In the window, a
strip over the maps tells each step, but what was measured only when the race has been seen to its end; **End** goes
there. `python main.py tour 6` opens the sixth, and `-o` saves it as a picture, with what was measured.

Numbers stand with their 95 % intervals. Those without one know no chance: every seed is alike, or it is a count.

| minutes | step | |
| --- | --- | --- |
"""


def plan() -> str:
    """The page."""
    lines = [HEAD.rstrip("\n"), *_timetable(), "", *_beginning()]
    for number, step in enumerate(the_tour().step, 1):
        lines += _step(number, step)
    return "\n".join([*lines, *_end()]) + "\n"


def _timetable() -> Iterator[str]:
    minute = 0
    yield f"| {minute:02}–{BEFORE:02} | | The question of the day |"
    minute = BEFORE
    for number, step in enumerate(the_tour().step, 1):
        yield f"| {minute:02}–{minute + step.minutes:02} | {number} | {step.title} |"
        minute += step.minutes
    yield f"| {minute:02}–{minute + AFTER:02} | | What remains |"


def _beginning() -> list[str]:
    return [
        f"## The question of the day ({BEFORE} minutes)",
        "",
        "Open `python main.py`, and let everybody guess: three marbles start at the same point; which of them stays in",
        "the first dip? Click the panel that most have chosen, and let it run once, without a word. Then **Shift H**.",
        "",
    ]


def _step(number: int, step: Step) -> Iterator[str]:
    words = told(step, "en")
    seeds = f" {step.seeds:,} seeds from {first_seed(step)}." if step.seeds else ""
    yield from (
        f"## {number}. {words.title} ({step.minutes} minutes)",
        "",
        f"**{words.says}**",
        "",
        f"- *Ask:* {words.asks}",
        f"- *Look:* {words.look}",
        f"- *Try:* {words.play}",
        f"- *Measured:* {words.found}{seeds}",
        *([f"- *By command:* {step.untold}"] if step.untold else []),
        "",
        "```",
        f"python main.py tour {number} -o step-{number}.png",
        *(f"python main.py {line}" for line in step.repeat),
        "```",
        "",
    )


def _end() -> list[str]:
    return [
        f"## What remains ({AFTER} minutes)",
        "",
        "Ask which of the claims were seen as they were said, and which need an *if*. Two do: a small batch beats a",
        "large one where there are traps to get out of (step 7), and momentum carries a marble over a dip more often",
        "than not, but not always (step 12). Everything that was shown can be taken home: **S** saves a picture that",
        "opens again as the very race.",
    ]
