"""Text on several lines: it fits, is broken where its script allows it, and nothing is lost in silence."""

import pytest

from sim.scene import load_scene
from sim.stage.export.web.race import Span
from sim.stage.export.web.words import page_words
from sim.stage.style.numbers import NO_BREAK, on_seeds
from sim.stage.style.text import width
from sim.stage.style.wrapping import PIECE, complete, held, wrapped
from sim.study.statistics.wording import INTERVALS


@pytest.mark.parametrize("bold", [False, True])
def test_lines_are_broken_where_their_script_allows_it(bold: bool) -> None:
    english = "Momentum rolled through: its last movements outweighed the uphill slope."
    chinese = "动量法滚过去了（真的）：之前的移动量压过了 L₁ 的上坡梯度，到了“另一侧”。"
    for sentence in (english, chinese):
        lines = wrapped(sentence, 12, 250, 9, bold)
        assert "".join(lines).replace(" ", "") == sentence.replace(" ", "")
        assert 1 < len(lines) < 5
        assert all(width(line, 12, bold) <= 250 for line in lines)
        assert all(line[0] not in "，。：）”" and line[-1] not in "（“" for line in lines)
        short = wrapped(sentence, 12, 120, 2, bold)
        assert (len(short), short[-1][-1]) == (2, "…")
        assert wrapped(sentence, 12, 5000, 2, bold) == (sentence,)
    assert wrapped("", 12, 100, 2, bold) == ()


@pytest.mark.parametrize(
    "words", ["settled in the lowest known minimum", "一二三四，五六七八。九十", "unbreakablelongword", ""]
)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_wrapped_lines_fit_and_lose_nothing_in_silence(words: str, most: int) -> None:
    for room in (40, 90, 200, 1000):
        lines = wrapped(words, 16, room, most)
        assert len(lines) <= most
        assert all(width(line, 16) <= room for line in lines)
        assert complete(lines, words) == (not any(line.endswith("…") for line in lines))
    assert complete(wrapped(words, 16, 1000, most), words)


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ("（真的）：“另一侧”。", ["（真", "的）：", "“另", "一", "侧”。"]),
        ("高 0.29，而且（C）：", ["高", "0.29，", "而", "且", "（C）："]),
        ("two  words, “quoted”", ["two", "words,", "“quoted”"]),
        ("）（", ["）", "（"]),
        ("2: 0.00 % (0.00 … 0.38), then", ["2:", "0.00 %", "(0.00 … 0.38),", "then"]),
        ("逃出 99.5 % （−1 … 2）。", ["逃", "出", "99.5 %", "（−1 … 2）。"]),
        ("it takes 14.5 µs, 3 steps …", ["it", "takes", "14.5 µs,", "3", "steps", "…"]),
    ],
)
def test_marks_and_units_cling_to_what_they_belong_to(words: str, pieces: list[str]) -> None:
    assert [piece.rstrip() for piece in PIECE.findall(words)] == pieces


@pytest.mark.parametrize("room", [170, 200, 280, 400])
def test_on_how_many_seeds_something_stands_is_never_parted(room: int) -> None:
    told = on_seeds("Half of them escape.", 1000, 0, True, "en")
    assert told.replace(NO_BREAK, " ") == "Half of them escape. (1000 seeds from 0, 95 %)"
    assert sum("(" in line or "95" in line for line in wrapped(told, 12, room, 9)) == 1


def test_what_has_no_room_is_left_out_by_whole_words() -> None:
    told = "Full batch stops in the first dip, for good, and momentum rolls straight through."
    for room in range(90, 400, 7):
        *before, last = wrapped(told, 12, room, 2)
        kept = " ".join([*before, last.removesuffix(" …")])
        assert told.startswith(kept)
        assert told[len(kept) :][:1] in ("", " ", ",")
        assert last.endswith(" …") == (kept != told)
    assert wrapped("incomprehensibilities", 12, 60, 1)[0].endswith("…")


def test_a_browser_breaks_no_line_between_a_number_and_its_unit() -> None:
    assert held("with 95 % confidence, in 3 steps") == f"with 95{NO_BREAK}% confidence, in 3 steps"
    assert held("of 5 … 8 µs") == f"of 5{NO_BREAK}…{NO_BREAK}8{NO_BREAK}µs"
    scene = load_scene("ravine")
    said = page_words(Span(scene, scene.race(), "updates", 1))["en"]["said"]
    assert f"95{NO_BREAK}%" in said[INTERVALS]
