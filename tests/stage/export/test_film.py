"""Films: the window's pictures, at their times, with their text, whole or not at all."""

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from threading import Event, Thread
from typing import Any, BinaryIO, cast

import av
import numpy as np
import numpy.typing as npt
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from sim.base.files import OutputError, whole_file
from sim.scene import load_scene
from sim.scene.reading import load_saved
from sim.stage.export.film import ENCODERS, Recorder, film, film_size, films, video
from sim.stage.export.film import recorder as recording
from sim.stage.export.film.encoding import Sink
from sim.stage.export.film.films import Renderer, evenly, picture_count
from sim.stage.export.film.recorder import AHEAD
from sim.stage.export.still import paused, screenshot
from sim.stage.picture.races import race
from sim.stage.session.session import begin

SIZE = (96, 64)
COLORS = [(200, 40, 30), (40, 160, 60), (30, 60, 210), (240, 240, 240)]
TEXT = 'seed = 3  # 弹珠, "quoted"\n' * 40

Picture = npt.NDArray[np.int16]

posix = pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/full")


def card(number: int, size: tuple[int, int] = SIZE) -> pygame.Surface:
    """A picture that differs from its neighbours everywhere, with a patch that shows which way is up."""
    surface = pygame.Surface(size, depth=32)
    surface.fill(COLORS[number % len(COLORS)])
    surface.fill(COLORS[(number + 1) % len(COLORS)], (0, 0, size[0] // 2, size[1] // 4))
    return surface


def array(surface: pygame.Surface) -> Picture:
    return pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(np.int16)


def recorded(path: Path, count: int = 8, rate: int = 20, **options: Any) -> Path:
    with Recorder(path, SIZE, rate, **options) as recorder:
        for number in range(count):
            recorder.add(card(number))
    return path


def shown(path: Path) -> list[tuple[float, Picture]]:
    """When each picture is shown, in seconds, and what it is."""
    if path.suffix != ".webp":
        with av.open(str(path)) as container:
            return [
                (float(frame.time), frame.to_ndarray(format="rgb24").astype(np.int16))
                for frame in container.decode(video=0)
            ]
    found, now = [], 0
    with Image.open(path) as image:
        for picture in ImageSequence.Iterator(image):
            pixels = np.asarray(picture.convert("RGB")).astype(np.int16)
            found.append((now / 1000, pixels))
            now += picture.info["duration"]
    return found


# Kinds of film.


@pytest.mark.parametrize("suffix", ENCODERS)
def test_a_film_shows_every_picture_at_its_time(tmp_path: Path, suffix: str) -> None:
    found = shown(recorded(tmp_path / f"a{suffix}", rate=30, sample=[card(number) for number in range(4)]))
    grain = 0.005 if suffix == ".gif" else 0.001
    assert [time for time, _ in found] == pytest.approx([number / 30 for number in range(8)], abs=grain)
    for number, (_, picture) in enumerate(found):
        worst = {".webp": 0, ".gif": 1}.get(suffix)
        error = np.abs(picture - array(card(number)))
        assert error.max() <= worst if worst is not None else error.mean() < 3


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_colors_are_those_that_players_take_for_granted(tmp_path: Path, suffix: str) -> None:
    with av.open(str(recorded(tmp_path / f"a{suffix}"))) as container:
        frame = next(container.decode(video=0))
    assert (frame.format.name, int(frame.colorspace), int(frame.color_range)) == ("yuv420p", 1, 1)


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".gif"])
def test_pyav_reads_the_comment_of_a_film(tmp_path: Path, suffix: str) -> None:
    with av.open(str(recorded(tmp_path / f"a{suffix}", comment=TEXT))) as container:
        assert {key.lower(): value for key, value in container.metadata.items()}["comment"] == TEXT


@pytest.mark.parametrize(("suffix", "key"), [(".gif", "comment"), (".webp", "xmp")])
@pytest.mark.parametrize("text", [TEXT, "a" * 255, "b" * 256, "c"])
def test_pillow_reads_the_comment_of_a_picture_that_moves(tmp_path: Path, suffix: str, key: str, text: str) -> None:
    with Image.open(recorded(tmp_path / f"a{suffix}", comment=text)) as image:
        assert image.info[key] == text.encode()
        assert len(list(ImageSequence.Iterator(image))) == 8
        assert image.info["loop"] == 0


@pytest.mark.parametrize(("suffix", "key"), [(".gif", "comment"), (".webp", "xmp")])
def test_without_a_comment_there_is_none(tmp_path: Path, suffix: str, key: str) -> None:
    with Image.open(recorded(tmp_path / f"a{suffix}")) as image:
        assert key not in image.info


def test_an_mp4_begins_with_its_index(tmp_path: Path) -> None:
    data = recorded(tmp_path / "a.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("suffix", ENCODERS)
def test_an_odd_size_loses_no_more_than_it_must(tmp_path: Path, suffix: str) -> None:
    path, odd = tmp_path / f"a{suffix}", (97, 65)
    with Recorder(path, odd, 20) as recorder:
        recorder.add(card(0, odd))
    ((_, picture),) = shown(path)
    assert picture.shape[1::-1] == film_size(path, odd) == ((96, 64) if suffix == ".mp4" else odd)
    assert np.abs(picture - array(card(0, odd))[: picture.shape[0], : picture.shape[1]]).mean() < 3


def test_a_gif_has_the_colours_of_its_sample(tmp_path: Path) -> None:
    """The first picture alone knows nothing of the third colour."""
    errors = []
    for name, sample in (("with", [card(0), card(2)]), ("without", [])):
        path = recorded(tmp_path / f"{name}.gif", count=3, sample=sample)
        errors.append(np.abs(shown(path)[2][1] - array(card(2))).max())
    assert errors[0] <= 1
    assert errors[1] > 50


def test_pictures_that_do_not_change_cost_a_webp_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    with Recorder(path, SIZE, 10) as recorder:
        for number in (0, 0, 0, 1, 1):
            recorder.add(card(number))
    first, second = shown(path)
    assert (first[0], second[0]) == (0.0, 0.3)
    assert np.array_equal(second[1], array(card(1)))
    with Image.open(path) as image:
        image.seek(1)
        image.load()
        assert image.info["duration"] == 200


@pytest.mark.parametrize("corner", [(0, 0), (13, 7), (12, 7), (95, 63)])
def test_a_webp_changes_only_where_something_did(tmp_path: Path, corner: tuple[int, int]) -> None:
    path, picture = tmp_path / "a.webp", card(0)
    with Recorder(path, SIZE, 10) as recorder:
        recorder.add(picture)
        picture.set_at(corner, (0, 0, 0))
        recorder.add(picture)
    assert np.array_equal(shown(path)[1][1], array(picture))


@pytest.mark.parametrize("depth", [16, 24, 32])
def test_any_surface_will_do(tmp_path: Path, depth: int) -> None:
    path, surface = tmp_path / "a.webp", pygame.Surface(SIZE, depth=depth)
    surface.blit(card(2), (0, 0))
    with Recorder(path, SIZE, 20) as recorder:
        recorder.add(surface)
    assert np.array_equal(shown(path)[0][1], array(surface))


def test_a_surface_is_free_again_once_it_is_added(tmp_path: Path) -> None:
    path, surface = tmp_path / "a.webp", pygame.Surface(SIZE, depth=32)
    with Recorder(path, SIZE, 20) as recorder:
        for number in range(3 * AHEAD):
            surface.blit(card(number), (0, 0))
            recorder.add(surface)
            surface.fill((1, 2, 3))
    assert all(np.array_equal(picture, array(card(number))) for number, (_, picture) in enumerate(shown(path)))


# What happens now.


def test_live_pictures_keep_their_times(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    with Recorder(path, SIZE, 10) as recorder:
        taken = [recorder.offer(card(number), seconds) for number, seconds in enumerate((0.0, 0.05, 0.12, 0.7, 0.71))]
    assert taken == [True, False, True, True, False]
    found = shown(path)
    assert [time for time, _ in found] == [0.0, 0.1, 0.7]
    assert all(
        np.array_equal(picture, array(card(number))) for number, (_, picture) in zip((0, 2, 3), found, strict=True)
    )


class Slow:
    """An encoder that waits to be told to go on."""

    def __init__(self) -> None:
        self.go = Event()
        self.ticks: list[int] = []
        self.ended = ""

    def add(self, _: object, tick: int) -> None:
        assert self.go.wait(10)
        self.ticks.append(tick)

    def finish(self) -> None:
        self.ended = "finished"

    def abandon(self) -> None:
        self.ended = "abandoned"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    encoder = Slow()
    monkeypatch.setitem(recording.ENCODERS, ".mp4", lambda *_: encoder)
    return encoder


def test_an_offer_never_waits_and_memory_is_bounded(tmp_path: Path, slow: Slow) -> None:
    with Recorder(tmp_path / "a.mp4", SIZE, 10) as recorder:
        taken = [recorder.offer(card(0), tick / 10) for tick in range(20)]
        slow.go.set()
        recorder.add(card(0))
    assert taken == [True] * AHEAD + [False] * (20 - AHEAD)
    assert slow.ticks == [0, 1, 2, 3]
    assert slow.ended == "finished"


def test_what_must_be_in_the_film_waits_for_the_encoder(tmp_path: Path, slow: Slow) -> None:
    recorder = Recorder(tmp_path / "a.mp4", SIZE, 10)
    adding = Thread(target=lambda: list(map(recorder.add, [card(0)] * (AHEAD + 1))))
    adding.start()
    adding.join(0.1)
    assert adding.is_alive()
    slow.go.set()
    adding.join(10)
    recorder.finish()
    assert slow.ticks == list(range(AHEAD + 1))


def test_what_is_discarded_is_not_encoded_any_more(tmp_path: Path, slow: Slow) -> None:
    recorder = Recorder(tmp_path / "a.mp4", SIZE, 10)
    for _ in range(AHEAD):
        recorder.add(card(0))
    recorder._unwanted = True  # As the first thing in discard.
    slow.go.set()
    recorder.discard()
    assert len(slow.ticks) <= 1
    assert slow.ended == "abandoned"


# Whole or not at all.


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def interrupted(path: Path) -> None:
    with Recorder(path, SIZE, 20) as recorder:
        for number in range(5):
            recorder.add(card(number))
        raise KeyboardInterrupt


@pytest.mark.parametrize("suffix", ENCODERS)
def test_a_film_that_is_not_finished_leaves_no_trace(
    tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert contents(tmp_path) == {path.name: b"old"}
    recorder = Recorder(path, SIZE, 20)
    recorder.add(card(0))
    recorder.discard()
    recorder.discard()
    assert contents(tmp_path) == {path.name: b"old"}
    recorder = Recorder(path, SIZE, 20)
    recorder.add(card(0))
    assert contents(tmp_path)[path.name] == b"old"
    recorder.finish()
    recorder.discard()
    assert len(shown(path)) == 1
    assert list(contents(tmp_path)) == [path.name]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", ENCODERS)
def test_without_pictures_there_is_no_film(tmp_path: Path, suffix: str) -> None:
    Recorder(tmp_path / f"a{suffix}", SIZE, 20).finish()
    assert contents(tmp_path) == {}


def noise(number: int) -> pygame.Surface:
    """What no encoder can make much smaller."""
    surface = pygame.Surface(SIZE, depth=32)
    pygame.surfarray.blit_array(surface, np.random.default_rng(number).integers(0, 256, (*SIZE, 3)))
    return surface


def filled(recorder: Recorder, pictures: Iterable[pygame.Surface]) -> None:
    for picture in pictures:
        recorder.add(picture)
    recorder.finish()


@posix
@pytest.mark.parametrize("suffix", ENCODERS)
@pytest.mark.parametrize("count", [1, 300])
def test_a_full_disk_is_a_sentence_soon(
    tmp_path: Path, suffix: str, count: int, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"a{suffix}"
    path.symlink_to("/dev/full")
    recorder, left = Recorder(path, SIZE, 20), iter(range(count))
    with pytest.raises(OutputError, match=r"^cannot write .*: no space left on device$"):
        filled(recorder, map(noise, left))
    assert count == 1 or next(left, None) is not None
    assert capfd.readouterr() == ("", "")


class Quota:
    """A file on a disk with room for so many bytes."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file, self._room, self.name = file, room, file.name

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_sink_keeps_what_goes_wrong_for_later(tmp_path: Path) -> None:
    """PyAV prints what is raised while it has not yet passed on what was raised before."""
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        sink = Sink(cast(BinaryIO, Quota(cast(BinaryIO, file), 10)))
        assert [sink.write(b"12345"), sink.write(b"12345"), sink.tell()] == [5, 5, 10]
        sink.check()
        assert [sink.write(b"12345"), sink.write(b"1"), sink.seek(3)] == [5, 1, 3]
        with pytest.raises(OSError, match="No space left on device"):
            sink.check()
        assert sink.again("a", 1, {}).read() == b""
        assert file.tell() == 10


@pytest.mark.parametrize("suffix", ENCODERS)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_disk_that_runs_full_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], suffix: str, share: float
) -> None:
    path = tmp_path / f"a{suffix}"
    room = int(share * recorded(path, comment=TEXT).stat().st_size)
    path.write_bytes(b"old")

    class Small:
        def __init__(self, target: Path) -> None:
            self._whole = whole_file(target)

        def __enter__(self) -> Any:
            return Quota(self._whole.__enter__(), room)

        def __exit__(self, *error: Any) -> Any:
            return self._whole.__exit__(*error)

    monkeypatch.setattr(recording, "whole_file", Small)
    with pytest.raises(OutputError, match=r"no space left on device$"):
        recorded(path, comment=TEXT)
    assert contents(tmp_path) == {path.name: b"old"}
    assert capfd.readouterr() == ("", "")


def test_a_failure_is_told_at_the_next_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: Slow) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(slow, "add", fail)
    recorder = Recorder(tmp_path / "a.mp4", SIZE, 20)
    with pytest.raises(OutputError, match=r"cannot write .*: input/output error$"):
        list(map(recorder.add, [card(0)] * 10 * AHEAD))
    assert slow.ended == "abandoned"
    assert contents(tmp_path) == {}


class Dropped:
    """A part of a library that no longer knows a word that it is told."""

    def reformat(self, frame: av.VideoFrame) -> av.VideoFrame:
        return frame


def test_a_word_that_a_library_has_dropped_is_no_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is this program's fault, and has to be seen as one."""
    monkeypatch.setattr(video, "VideoReformatter", Dropped)
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        recorded(tmp_path / "a.mp4")
    assert contents(tmp_path) == {}


class Container:
    """A file of PyAV's that cannot be closed."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def close(self) -> None:
        raise self._failure


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webm"])
def test_what_is_given_up_hides_no_fault_of_this_program(tmp_path: Path, suffix: str) -> None:
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        encoder: Any = ENCODERS[suffix](cast(BinaryIO, file), SIZE, 20, "", ())
        container, encoder._container = encoder._container, Container(av.FFmpegError(22, "no trailer"))
        encoder.abandon()
        encoder._container = Container(TypeError("no such argument"))
        with pytest.raises(TypeError, match="no such argument"):
            encoder.abandon()
        container.close()


def test_pictures_of_another_size_are_refused(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.webp", SIZE, 20) as recorder:
        for _ in range(2 * AHEAD):
            with pytest.raises(ValueError, match=r"\(96, 64\) pixels, not \(64, 96\)"):
                recorder.add(card(0, (64, 96)))
        recorder.add(card(0))
    assert len(shown(tmp_path / "a.webp")) == 1


# Races.


@pytest.mark.parametrize(("size", "theme"), [((960, 600), "light"), ((961, 601), "dark")])
def test_every_picture_is_the_screenshot_of_its_update(tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    scene = load_scene("local-minimum")
    path = tmp_path / "a.webp"
    list(film(scene, path, size=size, theme=theme, rate=10, first=40, last=60, seconds=0.5))
    found = shown(path)
    assert len(found) == 5
    for update, (_, picture) in zip((40, 45, 50, 55, 60), found, strict=True):
        screenshot(scene, update, size, theme, tmp_path / "a.png")
        with Image.open(tmp_path / "a.png") as image:
            assert np.array_equal(picture, np.asarray(image.convert("RGB")))


def test_what_a_window_cannot_be_as_small_as_is_drawn_larger() -> None:
    scene = load_scene("local-minimum")
    running = race(scene)
    running.extend(scene.updates + 1)
    small = Renderer(begin(scene), running, (480, 270)).at(30)
    assert small.get_size() == (480, 270)
    large = Renderer(begin(scene), running, (1067, 600)).at(30)
    assert np.array_equal(array(pygame.transform.smoothscale(large, (480, 270))), array(small))


@pytest.mark.parametrize("suffix", ENCODERS)
def test_a_film_carries_its_scene(tmp_path: Path, suffix: str) -> None:
    scene, path = load_scene("on-the-saddle"), tmp_path / f"a{suffix}"
    shares = list(film(scene, path, size=(320, 240), theme="light", rate=10, last=7, seconds=0.3))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    saved = load_saved(str(path))
    assert (saved.tick, saved.scene.seed, saved.scene.lanes) == (7, scene.seed, scene.lanes)


def test_a_gif_is_given_pictures_from_all_of_the_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, list[Picture]] = {}

    class Looking(Recorder):
        def __init__(self, path: Path, *words: Any) -> None:
            seen[path.suffix] = [array(picture) for picture in words[-1]]
            super().__init__(path, *words[:-1])

    monkeypatch.setattr(films, "Recorder", Looking)
    scene = load_scene("ravine")
    options: dict[str, Any] = {"size": (320, 240), "theme": "light", "rate": 10, "first": 3, "seconds": 0.2}
    for suffix in ENCODERS:
        list(film(scene, tmp_path / f"a{suffix}", **options))
    assert {suffix: len(sample) for suffix, sample in seen.items() if sample} == {".gif": films.SAMPLE}
    canvas = Renderer(*paused(scene, scene.updates, "light"), (320, 240))
    for place, update in ((0, 3), (-1, scene.updates)):
        assert np.array_equal(seen[".gif"][place], array(canvas.at(update)))


def test_a_film_that_is_closed_leaves_no_trace(tmp_path: Path) -> None:
    made = film(load_scene("local-minimum"), tmp_path / "a.mp4", size=(320, 240), theme="light", rate=10, last=50)
    for _ in range(3):
        next(made)
    assert len(contents(tmp_path)) == 1
    made.close()
    assert contents(tmp_path) == {}


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 500))
def test_updates_are_spread_evenly(first: int, more: int, count: int) -> None:
    updates = list(evenly(first, first + more, count))
    assert len(updates) == count
    assert updates[-1] == first + more
    assert count == 1 or updates[0] == first
    steps = np.diff(updates)
    assert count == 1 or (steps.min() >= 0 and steps.max() - steps.min() <= 1)


@pytest.mark.parametrize(
    ("updates", "rate", "seconds", "count"),
    [
        (400, 20, None, 401),  # Every update once,
        (400, 60, None, 1201),
        (100, 20, None, 101),
        (100_000, 30, None, 601),  # or as many as there is time for.
        (0, 20, None, 1),
        (400, 25, 4.0, 100),
        (400, 1, 0.1, 1),
    ],
)
def test_how_long_a_film_is(updates: int, rate: int, seconds: float | None, count: int) -> None:
    assert picture_count(updates, rate, seconds) == count
