"""What is drawn, verb by verb, as it was found good."""

from dataclasses import replace
from typing import Any

import pygame
import pytest
from recording_canvas import RecordingCanvas
from recordings import check, section
from scenes import flat_scene
from tallies import few_seeds

from sim.base.languages import LANGUAGES
from sim.base.limits import THEMES
from sim.scene import Scene, load_scene, scene_files
from sim.stage.drawing.canvas import Backdrop
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views import VIEWS
from sim.stage.session.session import begin
from sim.stage.sheets.scenes import Card
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.study.odds.tally import own

SIZE = (960, 600)
OPENING = "local-minimum"
MINE = replace(flat_scene("ravine"), name="mine")
CARDS = (
    *(Card(load_scene(name).title, load_scene(name).look) for name in scene_files()),
    Card("one with its picture", "", pygame.Surface((400, 250), depth=32)),
)


def recorded(scene: Scene, update: int, **changes: Any) -> str:
    """The picture of the scene's race after so many updates."""
    running = race(scene)
    running.extend(scene.updates + 1)
    session = replace(begin(scene), playing=False, progress=float(update), seen=update, **changes)
    canvas = RecordingCanvas(SIZE)
    draw(canvas, snapshot_of(session, running))
    return canvas.recording


@pytest.mark.parametrize("name", scene_files())
def test_every_scene_is_drawn_as_it_was_found_good(name: str, request: pytest.FixtureRequest) -> None:
    scene = load_scene(name)
    check(recorded(scene, scene.updates * 3 // 5), name, request)


@pytest.mark.parametrize("aslant", [False, True], ids=["map", "aslant"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_drawn_as_it_was_found_good(view: str, aslant: bool, request: pytest.FixtureRequest) -> None:
    scene = load_scene(OPENING) if aslant else flat_scene(OPENING)
    drawn = section(recorded(scene, 52, views=frozenset({view})), view)
    assert len(drawn.splitlines()) > 1
    check(drawn, f"view {view}{' aslant' if aslant else ''}", request)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("dark", {"theme": "dark"}),
        ("help", {"help": True}),
        ("on a map", {"pointer": (200, 250)}),
        ("on the chart", {"pointer": (300, 500)}),
        ("on a pin", {"pointer": (184, 566)}),
        ("together", {"together": True}),
        ("profile", {"profile": True}),
        ("moving maps", {"views": frozenset({ViewName.MOVING_GROUND})}),
        ("scenes", {"picking": 2, "brought": (MINE,)}),
        ("all numbers", {"numbers": True}),
        ("playing", {"playing": True, "progress": 52.0}),
        *((f"in {code}", {"language": code}) for code in LANGUAGES[1:]),
    ],
)
def test_what_else_may_be_seen(name: str, changes: dict[str, Any], request: pytest.FixtureRequest) -> None:
    running = race(scene := flat_scene(OPENING))
    running.extend(scene.updates + 1)
    session = replace(begin(scene), **{"playing": False, "progress": 70.0, "seen": 70} | changes)
    canvas, usual = RecordingCanvas(SIZE), RecordingCanvas(SIZE)
    draw(canvas, replace(snapshot_of(session, running), cards=() if session.picking is None else CARDS))
    draw(usual, snapshot_of(replace(begin(scene), playing=False, progress=70.0, seen=70), running))
    known = set(usual.lines)
    check("\n".join(line for line in canvas.lines if line not in known) + "\n", name, request)


@pytest.mark.parametrize("theme", THEMES)
def test_the_bars_of_ends_are_drawn_as_they_were_found_good(theme: str, request: pytest.FixtureRequest) -> None:
    with few_seeds(40):
        scene = replace(flat_scene(OPENING), updates=120)
        running = race(scene)
        running.extend(scene.updates + 1)
        session = replace(begin(scene), playing=False, theme=theme, ends=True, tally=own(scene))
        canvas = RecordingCanvas(SIZE)
        draw(canvas, snapshot_of(session, running))
    drawn = section(canvas.recording, "ends") + section(canvas.recording, "timeline")
    assert "minimum" in drawn
    check(drawn, f"ends {theme}", request)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_there_is_little_room_a_long_verdict_is_said_in_a_word_and_not_cut(language: str) -> None:
    drawn = recorded(load_scene("adaptive-rules"), 150, language=language)
    long, short = map(load_theme("light", language).say, ("settled in the lowest known minimum", "settled"))
    assert f'text "{long}"' in drawn or f'text "{short}"' in drawn


def test_a_recorder_writes_down_every_verb() -> None:
    canvas = RecordingCanvas((100, 50))
    with canvas.part("part"), canvas.clip((1, 2, 3, 4)):
        canvas.rect((1, 2, 3, 4), (255, 0, 16), width=2, corner=3, opacity=90)
        canvas.line(((0, 0.04), (1.26, 2)), (0, 0, 0), 2)
        canvas.curve([(float(i), 0.0) for i in range(6)], (0, 0, 0), closed=True)
        assert canvas.text("word", (10, 5), 12, (0, 0, 0), bold=True, align=1) == 10
        canvas.dots([(1, 1)], 2.0, (0, 0, 0), opacity=0.5)
    assert canvas.lines == [
        "part",
        "  clip 1,2 3x4",
        "    rect 1,2 3x4 #ff0010 width 2 corner 3 opacity 90",
        "    line 0,0 1.3,2 #000000 width 2",
        "    curve 0,0 … 5,0 (6 points, sum e883be82) #000000 closed",
        '    text "word" 10,5 size 12 #000000 bold align 1',
        "    dots 1,1 radius 2 #000000 opacity 128",
    ]


def test_a_backdrop_is_written_down_once_and_where_it_stands() -> None:
    def dot(canvas: Any, radius: float) -> None:
        canvas.disc((1.0, 1.0), radius, (0, 0, 0))

    canvas, backdrop = RecordingCanvas((100, 50)), Backdrop(dot, (2.0,), (10, 10))
    canvas.backdrop(backdrop, (5, 6))
    canvas.backdrop(backdrop, (20, 6), (0, 0, 4, 10))
    assert canvas.lines == [
        "backdrop 1 at 5,6",
        "  disc 6,7 radius 2 #000000",
        "backdrop 1 at 20,6, of it 4x10, as before",
    ]
