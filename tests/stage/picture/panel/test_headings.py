"""What stands beside the lanes' names: in one picture all tell the same, and nothing is cut."""

from dataclasses import replace

import pytest
from messages import after
from recording_canvas import RecordingCanvas

from sim.base.languages import LANGUAGES
from sim.scene import Scene, load_scene
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.lanes import AddLane, NextLane, RemoveLane, ScaleLearningRate, SelectLane
from sim.stage.session.session import Message, Session, begin
from sim.stage.session.setup import NewSeed, OpenScene, Return
from sim.stage.session.tour import GoToStep
from sim.stage.session.view import ShowControls
from sim.stage.style.numbers import short

NAMES = ("adaptive-rules", "batch-ladder", "learning-rate-ladder", "warm-restarts")


def beside_names(scene: Scene, language: str, size: tuple[int, int]) -> str:
    """What is drawn for a projector."""
    race(scene).extend(1)
    shown = replace(begin(scene), playing=False, live=False, presenter=True, language=language)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(shown, race(scene)))
    return canvas.recording


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1600, 900), (1366, 768)])
def test_all_lanes_tell_the_same_of_their_settings(name: str, language: str, size: tuple[int, int]) -> None:
    scene = load_scene(name)
    drawn = beside_names(scene, language, size).split("lane 1\n")[0].splitlines()
    told = [line.split('"')[1] for line in drawn if "text" in line and "align 1" in line and "bold" not in line]
    settings = [words for words in told if "η " in words]
    assert len(settings) == len(scene.lanes)
    assert len({"B " in words for words in settings}) == 1
    assert len({words.startswith("η ") for words in settings}) == 1
    assert not any(line.split('"')[1].endswith("…") for line in drawn if "text" in line and "align 1" in line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lanes", [2, 3, 4, 5])
@pytest.mark.parametrize("size", [SMALLEST, (1024, 768), (1366, 768)])
def test_names_are_whole_and_all_learning_rates_told_whatever_makes_way(
    size: tuple[int, int], lanes: int, name: str, language: str
) -> None:
    scene = load_scene(name)
    scene = replace(scene, lanes=scene.lanes[:lanes], captions=(), question=None, claims=scene.claims[:lanes])
    head = beside_names(scene, language, size).split("lane 1\n")[0].splitlines()[2:]
    words = [line.split('"')[1] for line in head if "text" in line]
    for shown in scene.texts(language).lanes:
        assert shown in words
    for lane in scene.lanes:
        rate = short(lane.rule.learning_rate)
        assert any(f"η {rate}" in each or f"η = {rate}" in each for each in words)


def test_a_learning_rate_has_the_colour_of_the_mark_that_made_way_for_it() -> None:
    head = beside_names(load_scene("adaptive-rules"), "en", SMALLEST).split("lane 1\n")[0].splitlines()
    colors = {line.split('"')[1]: line.split("#")[1].split()[0] for line in head if "align 1" in line}
    assert list(colors) == ["η 0.9", "η 0.5", "η 0.05", "η 0.15"]  # The first of two lanes.
    assert colors["η 0.5"] == colors["η 0.05"] == colors["η 0.15"] != colors["η 0.9"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "signs"), [("local-minimum", ["η λ B", "η B"]), ("batch-ladder", ["η B"])])
def test_no_language_leaves_out_settings_that_have_room_in_small_type(
    name: str, signs: list[str], language: str
) -> None:
    drawn = beside_names(load_scene(name), language, SMALLEST).split("lane 1\n")[0].splitlines()
    told = [line.split('"')[1] for line in drawn if "text" in line and "align 1" in line and "bold" not in line]
    found = {" ".join(part.split()[0] for part in words.split(" · ")) for words in told if "η " in words}
    assert sorted(found) == sorted(signs)


LONG = (
    *("full batch of all twenty (the baseline)", "minibatch of ten without replacement"),
    *("minibatch of five without replacement", "stochastic gradient, one example each"),
    *("momentum of 0.9 on the full batch", "momentum of 0.9 on single examples"),
)


def heading(session: Session, size: tuple[int, int]) -> list[tuple[str, str]]:
    """What is written in the lines of the lanes' names, and in which colour."""
    running = race(session.scene)
    running.extend(session.tick + 1)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(replace(session, playing=False), running))
    lines = canvas.recording.split("lane 1\n")[0].splitlines()
    rows = {str(panel.name.centery) for panel in setting(session, size).places.panels}
    found = [line.split('"') for line in lines if 'text "' in line]
    return [(said, rest.split("#")[1].split()[0]) for _, said, rest in found if rest.split()[0].split(",")[1] in rows]


def six_lanes(messages: tuple[Message, ...] = ()) -> Session:
    """Six lanes that differ in their batches or their rule, as after these messages."""
    there = after(begin(load_scene("local-minimum")), AddLane(), AddLane(), AddLane(), *messages)
    return replace(there, presenter=True, live=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("larger", [1.0, 1.5, 4.0])
@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), (1560, 800)])
def test_larger_type_drops_what_lanes_share_before_what_tells_them_apart(
    size: tuple[int, int], larger: float, language: str
) -> None:
    session = replace(begin(load_scene("local-minimum")), presenter=True, larger=larger, language=language)
    told = [said for said, _ in heading(session, size) if "B " in said]
    assert ["B 20" in told[0], "B 1" in told[1], "B 20" in told[2], "λ 0.9" in told[2]] == [True] * 4
    assert len({"η" in said for said in told}) == 1


@pytest.mark.parametrize("larger", [1.0, 1.2, 1.5, 4.0])
@pytest.mark.parametrize("size", [(1366, 768), (1560, 800), (1600, 900)])
def test_six_long_names_are_whole_and_stand_in_two_rows(size: tuple[int, int], larger: float) -> None:
    session = replace(six_lanes(), larger=larger)
    lanes = tuple(replace(lane, name=name) for lane, name in zip(session.scene.lanes, LONG, strict=True))
    session = replace(session, scene=replace(session.scene, lanes=lanes, translations=()))
    said = [words for words, _ in heading(session, size)]
    assert set(LONG) <= set(said)
    assert sum("B " in words for words in said) == len(LONG)
    assert len({panel.frame.top for panel in setting(session, size).places.panels}) == 2


@pytest.mark.parametrize("larger", [1.0, 1.2, 1.5, 4.0])
@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), (1560, 800)])
def test_a_learning_rate_unlike_the_others_is_told_and_marked_however_large_type_is(
    size: tuple[int, int], larger: float
) -> None:
    session = replace(six_lanes((SelectLane(3), ScaleLearningRate(1.6))), larger=larger)
    said = heading(session, size)
    warning = setting(session, size).theme.lane(1)
    colors = [color for _, color in said]
    assert any("0.24" in words for words, _ in said)
    assert f"{warning[0]:02x}{warning[1]:02x}{warning[2]:02x}" in colors


def underlined(session: Session, size: tuple[int, int]) -> set[int]:
    """The lanes whose names have a line below them that ends with the name, in the lane's colour."""
    running = race(session.scene)
    running.extend(session.tick + 1)
    canvas, here = RecordingCanvas(size), setting(session, size)
    draw(canvas, snapshot_of(replace(session, playing=False), running))
    head, found = canvas.recording.split("lane 1\n")[0].splitlines(), set[int]()
    for lane, panel in enumerate(here.places.panels):
        low = {f"rect {panel.name.left},{y} " for y in range(panel.name.top, panel.name.bottom - 1)}
        red, green, blue = here.theme.lane(lane)
        color = f"#{red:02x}{green:02x}{blue:02x}"
        found |= {lane for line in head for start in low if line.strip().startswith(start) and line.endswith(color)}
    return found


@pytest.mark.parametrize("size", [SMALLEST, (1366, 768)])
@pytest.mark.parametrize(
    ("messages", "lanes"),
    [
        ([], set()),
        ([NewSeed()], set()),
        ([NextLane(1)], {1}),
        ([SelectLane(2), NewSeed()], {2}),
        ([ScaleLearningRate(2)], {0}),
        ([ScaleLearningRate(2), Return()], {0}),
        ([AddLane()], {3}),
        ([SelectLane(2), RemoveLane()], {1}),
        ([SelectLane(2), OpenScene(1)], set()),
        ([SelectLane(2), GoToStep(7)], {1}),
        ([GoToStep(7), NextLane(1)], {2}),
        ([ShowControls()], {0}),
        ([ShowControls(), SelectLane(1), ShowControls()], {1}),
    ],
    ids=str,
)
def test_the_name_of_the_chosen_lane_is_underlined(
    messages: list[Message], lanes: set[int], size: tuple[int, int]
) -> None:
    there = after(begin(load_scene("local-minimum")), *messages)
    assert underlined(there, size) == lanes
    assert underlined(replace(there, live=False), size) == set()
