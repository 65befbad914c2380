"""A page holds its race bit for bit, opens again as that race, loads nothing, and makes text of what a scene says."""

import base64
import hashlib
import json
import re
from base64 import b64decode
from dataclasses import replace
from functools import cache
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import mistake, output, status
from page_words import sentences
from PIL import Image

from sim.base.languages import LANGUAGES
from sim.base.resources import asset
from sim.scene import load_scene, scene_files
from sim.scene.lesson import answer, caption, revealed_at
from sim.scene.reading import load_saved, parse_scene
from sim.stage.drawing.contours import losses
from sim.stage.export.web import file, race
from sim.stage.export.web.file import SCRIPTS, embedded, expected_size, page, page_script, page_style, save_page
from sim.stage.export.web.index import check_folder, index
from sim.stage.export.web.race import Span, computed, ground_window, race_data
from sim.stage.export.web.theory import theory
from sim.stage.export.web.words import CANNOT, CANNOT_HERE
from sim.stage.style.numbers import evidence, signed
from sim.stage.style.theme import load_theme

MOST_CODE, MOST_OPENING = 120_000, 500_000
"""Bytes of script and style, and of the opening race's page."""
SMALL = """
title = "A bowl"
look = "How a marble rolls down."
updates = 30
start = [-2.0, 1.0]
surface = { kind = "quadratic" }
examples = { kind = "tilted", sigma = 0.1 }
[lane."alone"]
rule = "momentum"
batch_size = 3
"""
HOSTILE = "</script><img src=x onerror=alert(1)><!-- <script> {{race}} ]]>&lt;\u2028"


class Reader(HTMLParser):
    """The elements of a page, and what stands in its scripts and style."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open = False
        self.texts: dict[int, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open = True

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  So it is called from outside.
        self.open = False

    def handle_data(self, data: str) -> None:
        last = len(self.elements) - 1
        if self.open:
            self.texts[last] = self.texts.get(last, "") + data

    def text(self, tag: str, **wanted: str) -> str:
        """What stands in the only element of that name with these attributes."""
        (place,) = (
            index
            for index, (name, attributes) in enumerate(self.elements)
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        )
        return self.texts[place]


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def data_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(text).text("script", id="race"))
    return found


@cache
def span_of(name: str) -> Span:
    return computed(load_scene(name))


def unpacked(packed: str, kind: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(packed), dtype=kind)


@pytest.mark.parametrize("name", ["local-minimum", "learning-rate-ladder", "stopping-distances", "warm-restarts"])
def test_the_numbers_in_the_file_are_the_races_bit_for_bit(name: str) -> None:
    span = span_of(name)
    data = data_of(page(span))
    for lane, track in zip(data["lanes"], span.race.tracks, strict=True):
        last = lane["updates"]
        assert last == min(span.ticks, track.updates)
        for key, column in (("theta", track.theta), ("loss", track.loss), ("test", track.test_loss)):
            assert unpacked(lane[key], "<f8").tobytes() == column[: last + 1].astype("<f8").tobytes()
        if lane["rates"] is not None:
            rates = [track.rule(update).learning_rate for update in range(last)]
            assert unpacked(lane["rates"], "<f8").tolist() == rates
        if lane["batches"] is not None:
            sizes = unpacked(lane["batches"]["sizes"], "<u2")
            told = np.split(unpacked(lane["batches"]["of"], "<u2"), np.cumsum(sizes)[:-1])
            assert all(np.array_equal(batch, track.batch(update)) for update, batch in enumerate(told))
            assert len(told) == last + 1
    ground = data["ground"]
    grid = ground_window(span.scene.window).grid(ground["columns"], ground["rows"])
    expected = losses(span.race.problem, grid).astype("<f4")
    assert unpacked(ground["losses"], "<f4").tobytes() == expected.tobytes()
    assert expected.shape == (ground["rows"], ground["columns"])
    points = {(point["kind"], *point["at"]) for point in data["critical"]["points"]}
    assert points == {(point.kind.value, *point.position) for point in span.race.problem.critical}


def test_where_minima_are_many_a_page_numbers_those_that_are_spoken_of_at_last() -> None:
    span = span_of("egg-box")
    numbers = {point["number"] for point in data_of(page(span))["critical"]["points"]} - {None}
    assert len(numbers) < len(span.race.problem.minima)
    for lane, judge in enumerate(span.race.judges):
        moves = [event for event in judge.events_until(span.updates(lane)) if event.kind == "escaped"]
        ends = {moves[-1].source, moves[-1].target} if moves else set()
        basin = judge.verdict(span.updates(lane)).basin
        assert {place + 1 for place in (*ends, basin) if place is not None} <= numbers


def last_at(changes: list[Any], time: int) -> Any:
    return [entry for entry in changes if entry[0] <= time][-1]


@pytest.mark.parametrize("name", ["local-minimum", "learning-rate-ladder", "two-weights"])
def test_verdicts_evidence_and_events_are_the_judges_at_every_update(name: str) -> None:
    span = span_of(name)
    data = data_of(page(span))
    themes = {code: load_theme("light", code) for code in LANGUAGES}
    for lane, judge in zip(data["lanes"], span.race.judges, strict=True):
        for update, indices in enumerate(lane["evidence"]):
            verdict = judge.verdict(update)
            since, code = last_at(lane["verdicts"], update)
            assert (code, since) == (verdict.kind.code, verdict.since)
            for number, part in zip(indices, verdict.parts, strict=True):
                for language, theme in themes.items():
                    found = lane["parts"][number]
                    words = data["words"][language]["said"]
                    told = found if isinstance(found, str) else words[found[0]].format(**found[1])
                    assert signed(told) == evidence(part, theme)
        events = [(each["update"], each["seen"], each["kind"]) for each in lane["events"]]
        assert events == [(each.update, each.seen, each.kind) for each in judge.events]


@pytest.mark.parametrize("name", ["local-minimum", "himmelblau"])
def test_captions_and_answers_are_the_lessons_at_every_tick(name: str) -> None:
    span = span_of(name)
    data, timing = data_of(page(span)), span.timing
    revealed = revealed_at(span.scene, span.race, timing, span.ticks)
    assert data["question"]["revealed"] == revealed is not None
    for tick in range(span.ticks + 1):
        assert last_at(data["captions"], tick)[1] == caption(span.scene, span.race, timing, tick)
        if tick >= revealed:
            assert last_at(data["question"]["answers"], tick)[1] == list(answer(span.scene, span.race, timing, tick))
    for code in LANGUAGES:
        words, texts = data["words"][code], span.scene.texts(code)
        assert (words["title"], words["look"], words["question"]) == (texts.title, texts.look, texts.question)
        assert (words["lanes"], words["captions"]) == (list(texts.lanes), list(texts.captions))


def test_by_another_clock_lanes_have_their_own_paces() -> None:
    scene = load_scene("twenty-against-one")
    span = computed(scene, "epochs", 100)
    data = race_data(span)
    assert data["paces"] == list(scene.timing("epochs").paces) != [1.0, 1.0]
    assert [lane["updates"] for lane in data["lanes"]] == [scene.timing("epochs").updates(lane, 100) for lane in (0, 1)]


@pytest.mark.parametrize("name", ["twenty-against-one", "batch-ladder"])
def test_a_page_has_every_clock_by_which_its_lanes_go_otherwise(name: str) -> None:
    scene = load_scene(name)
    data, span = race_data(computed(scene, ticks=150)), computed(scene, ticks=150)
    assert list(data["clocks"]) == ["epochs", "serial"]  # As wide as it is, the parallel machine is the first clock.
    for clock, told in data["clocks"].items():
        alone = computed(scene, clock, 150)
        expected = race_data(alone)
        assert (told["paces"], told["captions"]) == (expected["paces"], expected["captions"])
        assert told["question"] == expected["question"]
        for lane, ticks in enumerate(told["ticks"]):
            events = span.race.judges[lane].events_until(alone.updates(lane))
            assert ticks == [alone.timing.tick(lane, event.update) for event in events]
            assert ticks == [each["tick"] for each in expected["lanes"][lane]["events"]]
    assert race_data(computed(scene, "epochs", 40))["clocks"] == {}  # There, updates were not computed far enough.
    assert race_data(span_of("ravine"))["clocks"] == {}


def test_the_races_of_other_seeds_are_theirs_bit_for_bit(tmp_path: Path) -> None:
    path, scene = tmp_path / "seeds.html", load_scene("twenty-against-one")
    span = save_page(scene, path, ticks=80, seeds=3)
    data = data_of(path.read_text(encoding="utf-8"))
    assert span.scene.seed == data["seed"] == scene.seed
    assert len(data["others"]) == 2
    for number, other in enumerate(data["others"], start=1):
        alone = race_data(computed(replace(scene, seed=scene.seed + number), ticks=80))
        assert {key: {**data, **other}[key] for key in alone} == {**alone, "others": data["others"]}
        assert other["lanes"] != data["lanes"]
    assert load_saved(str(path)).scene.seed == scene.seed


def test_a_page_has_as_many_seeds_as_are_asked_for_and_tells_its_size_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status("page", "twenty-against-one", "--seeds", "12", "-o", "race.html") == 0
    told = capsys.readouterr()
    most = float(re.findall(r"race\.html will have at most (\d+\.\d) MB", told.err)[0])
    assert most * 1e6 + 5e4 > Path("race.html").stat().st_size > 9e5
    assert [each["seed"] for each in data_of(Path("race.html").read_text(encoding="utf-8"))["others"]] == [
        *range(1, 12)
    ]
    monkeypatch.setattr(race, "computed", None)
    file.check_size(
        load_scene("local-minimum"), "updates", 400, Path("many.html"), 50
    )  # As the opening scene may have.
    refused = mistake(capsys, "page", "--seeds", "50", "--updates", "2000", "-o", "long.html")
    assert "but a page may have 10: ask for fewer seeds with --seeds, or fewer updates with --updates" in refused
    assert "argument --seeds: " in mistake(capsys, "page", "--seeds", "51", "-o", "many.html")
    assert not Path("long.html").exists()


def test_the_odds_in_a_page_are_those_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status("page", "--odds", "60", "--updates", "120", "-o", "race.html") == 0
    capsys.readouterr()
    found = data_of(Path("race.html").read_text(encoding="utf-8"))["odds"]
    told = json.loads(output(capsys, "odds", "--seeds", "60", "--updates", "120", "--seed", "0", "--json"))
    assert (found["seeds"], found["from"], found["updates"]) == (60, 0, 120)
    rows = dict(found["rows"])
    verdicts = {each["verdict"] for lane in told["lanes"] for each in lane["verdicts"]}
    assert set(rows) == verdicts | {"escaped"}
    for place, lane in enumerate(told["lanes"]):
        shares = {each["verdict"]: each for each in lane["verdicts"]} | {"escaped": lane["escaped"]}
        for code, cells in rows.items():
            share = float(cells[place][0].removesuffix(" %"))
            assert share == pytest.approx(100 * shares.get(code, {"value": 0.0})["value"], abs=0.51)
    assert [cells[1][1] != "" for cells in rows.values()] == [True] * len(rows)
    assert data_of(page(span_of("local-minimum")))["odds"] is None


def test_a_page_is_a_save_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert output(capsys, "page", "ravine", "--seed", "5", "-o", "race.html").startswith("saved race.html, ")
    saved = load_saved("race.html")
    assert saved.scene == replace(load_scene("ravine"), seed=5, captions=saved.scene.captions)
    assert (saved.tick, saved.clock) == (200, "updates")
    assert output(capsys, "run", "race.html", "--json") == output(capsys, "run", "ravine", "--seed", "5", "--json")
    assert output(capsys, "show", "race.html").startswith("# Three Marbles scene\n")
    assert output(capsys, "screenshot", "race.html", "--size", "320x240", "-o", "a.png") == "saved a.png\n"
    assert load_saved("a.png") == saved
    assert output(capsys, "page", "race.html", "-o", "again.html").startswith("saved again.html, ")
    assert Path("again.html").read_bytes() == Path("race.html").read_bytes()
    for words, tick in (("ravine --updates 300 -o long.html", 300), ("long.html -o again.html", 300)):
        assert output(capsys, "page", *words.split())
        assert load_saved(words.split()[-1]).tick == tick


def test_a_damaged_page_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status("page", "-o", "race.html", "--updates", "3") == 0
    capsys.readouterr()
    whole = Path("race.html").read_text(encoding="utf-8")
    Path("race.html").write_text(whole.replace("sigma = 0.2", "sigma = 0.3"), encoding="utf-8")
    assert "race.html: is an HTML page whose scene is damaged" in mistake(capsys, "run", "race.html")
    Path("race.html").write_text("<!DOCTYPE html><p>Hello.", encoding="utf-8")
    assert "race.html: is an HTML page without a scene" in mistake(capsys, "run", "race.html")


def test_whatever_a_scene_says_is_data() -> None:
    plain = parse_scene(SMALL, "small")
    lanes = (replace(plain.lanes[0], name=HOSTILE),)
    hostile = replace(plain, title=HOSTILE, look=HOSTILE, name=HOSTILE, lanes=lanes)
    one, other = read(page(computed(plain))), read(page(computed(hostile)))
    assert [tag for tag, _ in one.elements] == [tag for tag, _ in other.elements]
    assert other.text("title") == f"{HOSTILE} – Three Marbles"
    data = data_of(page(computed(hostile)))
    assert data["words"]["en"]["lanes"] == [HOSTILE]
    assert data["scene"] == HOSTILE
    assert embedded(HOSTILE).isascii()
    assert not set("<>&") & set(embedded(HOSTILE))


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else() -> None:
    reader = read(page(span_of("local-minimum")))
    (policy,) = (
        attributes["content"] for tag, attributes in reader.elements if attributes.get("http-equiv") is not None
    )
    assert policy is not None
    script = reader.texts[max(place for place, (tag, _) in enumerate(reader.elements) if tag == "script")]
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    hashes = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for name, text in (("script-src", script), ("style-src", reader.text("style")))
    }
    assert allowed == {
        "default-src": "'none'",
        **hashes,
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert sum(tag == "script" for tag, _ in reader.elements) == 2
    addresses = {"src", "href", "action", "srcset", "data", "poster", "style"}
    assert not [(tag, key) for tag, attributes in reader.elements for key in attributes if key in addresses]
    assert not [(tag, key) for tag, attributes in reader.elements for key in attributes if key.startswith("on")]


def test_script_and_style_load_and_evaluate_nothing_and_make_no_markup() -> None:
    code = page_script() + page_style()
    markup = r"innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|setAttribute\(.on"
    loading = r"\beval\b|\bFunction\(|import\(|fetch|XMLHttp|url\(|@import|http|sendBeacon|WebSocket|\.src\b"
    assert re.findall(f"{markup}|{loading}", code) == []


def test_script_and_style_are_small_and_so_is_the_opening_race() -> None:
    assert len((page_script() + page_style()).encode()) < MOST_CODE
    assert len(page(span_of("local-minimum")).encode()) < MOST_OPENING


@pytest.mark.parametrize("name", sorted(scene_files()))
def test_every_scene_is_no_larger_than_expected(name: str) -> None:
    scene = load_scene(name)
    assert len(page(computed(scene, "updates", 60)).encode()) <= expected_size(scene, "updates", 60) < file.LARGEST


RUGGED = """
title = "Rugged"
look = "x"
start = [1.0, 1.0]
[surface]
kind = "formula"
formula = "x^2 + y^2 + sin(3*x)*cos(4*y)"
[examples]
kind = "shifted"
sigma = 0.3
count = 10
"""
"""Where verdicts change all the time."""


@pytest.mark.usefixtures("_elsewhere")
def test_many_seeds_of_six_lanes_are_no_larger_than_expected() -> None:
    lane = '[lane.l{0}]\nrule = "gradient descent"\nlearning_rate = 0.{0}\nbatch_size = {0}\n'
    Path("six.toml").write_text(RUGGED + "".join(map(lane.format, range(1, 7))), encoding="utf-8")
    assert status("page", "six.toml", "--seeds", "5", "--updates", "300", "-o", "six.html") == 0
    assert Path("six.html").stat().st_size <= expected_size(load_scene("six.toml"), "updates", 300, 5)


def test_there_is_room_for_ten_thousand_updates_of_six_lanes() -> None:
    scene = load_scene("local-minimum")
    lanes = tuple(replace(scene.lanes[1], name=str(size), batch_size=size) for size in (1, 2, 5, 10, 1, 20))
    assert expected_size(replace(scene, lanes=lanes), "updates", 10_000) < file.LARGEST


def test_a_race_too_long_for_a_page_is_refused_before_it_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(race, "computed", None)
    told = mistake(capsys, "page", "--updates", "1000000", "-o", "race.html")
    assert re.search(r"race\.html would have at most \d+\.\d MB, but a page may have 10: ask for fewer updates", told)
    told = mistake(capsys, "page", "-o", "race.png")
    assert "must end in .html or .htm, not ." in told
    assert "there is no folder nowhere" in mistake(capsys, "page", "-o", "nowhere/race.html")


def test_all_that_the_script_says_is_known_in_every_language() -> None:
    code = "".join(asset("page", f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    said = {json.loads(text) for text in re.findall(r"""\bsay\(\s*("[^"]*")""", code)}
    said |= {json.loads(text) for text in re.findall(r"""\?\s*("[^"]+")\s*:\s*"[^"]+"[,)]""", code)}
    said |= {json.loads(text) for text in re.findall(r"""^  \["[^"]+", ("[^"]+")\],$""", code, flags=re.M)}
    assert len(said) > 40
    known = set(sentences()) | {"—"}
    assert {text for text in said if " " in text or text.islower()} - known - {"light", "dark", "together"} == set()
    for name, sentence in (("CANNOT", CANNOT), ("CANNOT_HERE", CANNOT_HERE)):
        parts = re.findall(r'"([^"]*)"', code.split(f"const {name} = ")[1].split(";\n")[0])
        assert "".join(parts) == sentence


def test_every_part_of_the_script_is_in_the_page() -> None:
    scripts = {path.stem for path in asset("page").glob("*.js")}
    assert scripts == set(SCRIPTS)
    assert page(span_of("local-minimum")).count("function momentOf(") == 1


def test_saving_writes_the_page_and_tells_its_span(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    span = save_page(parse_scene(SMALL, "small"), path, ticks=10)
    assert span.ticks == 10
    assert path.read_text(encoding="utf-8") == page(span)


def test_pages_of_all_scenes_have_an_index_with_relative_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of four, which are all that there are here: one page is written like another."""
    names = list(scene_files())[::5]
    monkeypatch.setattr("sim.scene.scene_files", lambda: {name: scene_files()[name] for name in names})
    monkeypatch.chdir(tmp_path)
    told = output(capsys, "page", "--all", "--updates", "2", "-o", "pages").splitlines()
    assert len(told) == len(names) + 1
    written = {path.name for path in Path("pages").iterdir()}
    text = Path("pages/index.html").read_text(encoding="utf-8")
    reader = read(text)
    links = [attributes["href"] for tag, attributes in reader.elements if tag == "a"]
    assert links == ["theory.html", *(f"{name}.html" for name in names)]
    assert written == {*links, "index.html"}
    assert all(load_saved(f"pages/{link}").tick == 2 for link in links[1:])
    for link in links:
        beside = read(Path(f"pages/{link}").read_text(encoding="utf-8"))
        assert next(attributes["href"] for tag, attributes in beside.elements if tag == "a") == "index.html"
    pictures = [attributes["src"] for tag, attributes in reader.elements if tag == "img"]
    assert len(set(pictures)) == len(names)
    for source in pictures:
        assert Image.open(BytesIO(b64decode(str(source).removeprefix("data:image/webp;base64,")))).size == (480, 300)
    assert Path("pages/index.html").stat().st_size < 60_000 * len(names)
    (policy,) = (each["content"] for _, each in reader.elements if each.get("http-equiv") is not None)
    assert policy == f"default-src 'none'; style-src '{file.hashed(reader.text('style'))}'; img-src data:; " + (
        "base-uri 'none'; form-action 'none'"
    )
    for scene in map(load_scene, names):
        assert all(escape(scene.texts(code).title) in text for code in LANGUAGES)


def test_the_index_of_somebody_else_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(race, "computed", None)
    Path("index.html").write_text("<!DOCTYPE html><title>My home</title>", encoding="utf-8")
    refused = mistake(capsys, "page", "--all", "-o", ".")
    assert "index.html is there already and is no page of this program: choose another folder with -o" in refused
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    Path("index.html").write_text(index([parse_scene(SMALL, "small")], {}), encoding="utf-8")
    check_folder(tmp_path)


def test_the_page_of_theory_has_every_heading_and_every_number_of_its_tables() -> None:
    source = asset("theory.md").read_text(encoding="utf-8")
    reader = read(theory())
    headings = [line.lstrip("# ") for line in source.splitlines() if line.startswith("#")]
    assert len(headings) > 8
    rows = [line for line in source.splitlines() if line.startswith("|") and not set(line) <= set("|-: ")]
    assert sum(tag == "tr" for tag, _ in reader.elements) == len(rows)
    told = "".join(theory().split())
    for line in (*headings, *(cell for row in rows for cell in row.strip("|").split("|"))):
        assert "".join(escape(line.strip(), quote=False).split()) in told, line
    assert not any("style" in attributes for _, attributes in reader.elements)
    assert any(attributes.get("data-side") == "right" for tag, attributes in reader.elements if tag == "td")


def test_the_index_makes_text_of_whatever_a_scene_says() -> None:
    plain = parse_scene(SMALL, "small")
    hostile = replace(plain, title=HOSTILE, look=HOSTILE, name=f'"{HOSTILE}')
    one, other = read(index([plain], {})), read(index([hostile], {}))
    assert [tag for tag, _ in one.elements] == [tag for tag, _ in other.elements]
    (_, link) = [attributes["href"] for tag, attributes in other.elements if tag == "a"]
    assert other.text("a", href=str(link)) == HOSTILE


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--all ravine -o pages", "argument --all: not allowed with argument SCENE"),
        ("--all", "argument --all: needs -o FOLDER"),
        ("--all -o nowhere/pages", "cannot make the folder nowhere/pages: no such file or directory"),
        ("--view map --tilt 40", "argument --view: a map is not turned or tilted"),
        ("--clock sundial", "argument --clock: invalid choice: 'sundial'"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in mistake(capsys, "page", *words.split())
