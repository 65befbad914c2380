"""README.zh.md says what README.md says: the same commands, headings, tables and links, in the words of the screen."""

import os
import re
from pathlib import Path

import pytest

from sim.scene import load_scene, scene_files
from sim.stage.session.bindings import GROUPS, label_of
from sim.stage.style.theme import load_theme

ROOT = Path(__file__).parents[1]
LANGUAGE = "zh"
CHINESE = re.compile(r"[一-鿿]")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


ENGLISH, OTHER = page("README.md"), page("README.zh.md")


def blocks(text: str) -> list[list[str]]:
    """The lines of every code block, with its language, first."""
    return [found.splitlines() for found in re.findall(r"^```(.*?)^```$", text, flags=re.M | re.S)]


def prose(text: str) -> str:
    """The page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def command(line: str) -> tuple[str, ...]:
    """What is typed of a line of code, without what is said about it: that stands behind two blanks, or a #."""
    typed, told = re.fullmatch(r"(#?.*?)(?:\s{2,}| # |$)(.*)", line).groups()  # type: ignore[union-attr]
    return typed.strip(), *re.findall(r"--?[a-z][\w-]*", told)


def headings(text: str) -> list[int]:
    """The level of every heading, in their order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(text), flags=re.M)]


def links(text: str) -> list[str]:
    """Where links and pictures lead, but for those to the other page."""
    return [place for place in re.findall(r"\]\(([^)]*)\)", prose(text)) if not place.startswith("README")]


def rows(text: str) -> list[str]:
    return re.findall(r"^\|.*\|$", prose(text), flags=re.M)


def test_the_code_blocks_are_the_same_commands() -> None:
    one, other = blocks(ENGLISH), blocks(OTHER)
    assert len(one) == len(other) > 10
    for mine, theirs in zip(one, other, strict=True):
        assert [*map(command, mine)] == [*map(command, theirs)]


def test_the_headings_are_as_many_in_the_same_order_on_the_same_levels() -> None:
    assert headings(ENGLISH) == headings(OTHER)
    assert len(headings(OTHER)) > 10
    titles = re.findall(r"^#+ (.*)$", prose(OTHER), flags=re.M)
    assert all(CHINESE.search(title) for title in titles)
    assert len(set(titles)) == len(titles)


def test_sections_are_about_equally_long() -> None:
    """A paragraph that is missing in one of them shows."""

    def paragraphs(text: str) -> list[int]:
        sections = re.split(r"^#+ .*$", re.sub(r"^```.*?^```$", "CODE", text, flags=re.M | re.S), flags=re.M)
        return [len([part for part in re.split(r"\n\s*\n", section) if part.strip()]) for section in sections]

    assert paragraphs(ENGLISH) == paragraphs(OTHER)


def test_what_is_written_as_code_in_the_text_is_the_same() -> None:
    def code(text: str) -> list[str]:
        return sorted(set(re.findall(r"`([^`\n]+)`", prose(text))))

    assert code(ENGLISH) == code(OTHER)


def test_links_lead_to_the_same_places() -> None:
    assert links(ENGLISH) == links(OTHER)
    assert [place for place in links(OTHER) if not os.path.exists(ROOT / place)] == []
    assert "(README.zh.md)" in ENGLISH
    assert "(README.md)" in OTHER


def test_the_table_of_keys_is_that_of_the_screen() -> None:
    theme = load_theme("light", LANGUAGE)
    wanted = []
    for title, group in GROUPS.items():
        wanted.append(f"| **{theme.say(title)}** | |")
        for binding in group:
            label = label_of(binding.label, theme.say)
            says = theme.say(binding.says, name="@").removesuffix("@").rstrip("：")
            wanted.append(f"| {label if binding.keys else f'*{label}*'} | {says} |")
    assert "\n".join(wanted) in OTHER


@pytest.mark.parametrize(("number", "name"), [*enumerate(scene_files(), 1)])
def test_the_table_of_scenes_says_what_the_scene_says(number: int, name: str) -> None:
    assert f"| {number} | `{name}` | {load_scene(name).texts(LANGUAGE).look} |" in rows(OTHER)


def test_tables_have_as_many_rows() -> None:
    assert len(rows(ENGLISH)) == len(rows(OTHER)) > 50


def test_how_a_command_is_told_from_what_is_said_of_it() -> None:
    assert command("main.py run [SCENE]     verdicts: --json") == ("main.py run [SCENE]", "--json")
    assert command("python main.py run --json") == ("python main.py run --json",)
    assert command("x = 1  # what") == command("x = 1   # 什么") == ("x = 1",)
