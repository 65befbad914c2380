"""What a window holds stays what it is: memory, open files, and time while nothing moves."""

import gc
import os
import sys
from pathlib import Path
from weakref import ref

import numpy as np
import pygame
import pytest
from driver import computed, screen

from sim.descent.problem import Problem
from sim.scene import load_scene
from sim.stage.session.session import Session
from sim.stage.style import text
from sim.stage.window.background import memory
from sim.stage.window.background.worker_thread import taking_turns
from sim.stage.window.window import MainWindow

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@linux
def test_memory_that_is_free_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [np.ones(4_000) for _ in range(4_000)]
    del pieces[:-1]  # The last one keeps what lies below it.
    before = resident()
    monkeypatch.setattr(memory, "_last", -memory.PERIOD)
    memory.give_back()
    assert resident() < before - (60 << 20)
    memory.keep_little()


def test_what_only_refers_to_itself_is_freed_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Widget:
        def __init__(self) -> None:
            self.itself = self

    gone = ref(Widget())
    gc.disable()
    try:
        assert gone() is not None
        monkeypatch.setattr(memory, "_last", -memory.PERIOD)
        memory.give_back()
        assert gone() is None
    finally:
        gc.enable()


def test_what_has_been_loaded_is_not_looked_through_again() -> None:
    before, loaded = gc.get_freeze_count(), [[place] for place in range(1_000)]
    memory.keep_little()
    assert gc.get_freeze_count() >= before + len(loaded)


@linux
def test_type_in_any_size_holds_no_file_open() -> None:
    pygame.font.init()
    before = len(os.listdir("/proc/self/fd"))
    for size in range(40, 60):
        for bold in (False, True):
            assert text.width("λ ≤ 中文", size, bold) > 0
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_race_weighs_what_it_holds() -> None:
    computed_to = load_scene("ravine").race()
    problem = computed_to.problem
    before = computed_to.nbytes - problem.nbytes
    computed_to.extend(1_000)
    track = computed_to.tracks[0]
    columns = (track.theta, track.loss, track.full_gradient, track.gradient, track.movement)
    least = len(computed_to.tracks) * sum(column.nbytes for column in columns)
    assert before < least <= computed_to.nbytes - problem.nbytes < 3 * least
    _ = track.curvatures
    assert computed_to.nbytes - problem.nbytes >= least + track.curvatures.nbytes


def test_a_problem_weighs_what_has_been_found_out_of_it() -> None:
    scene = load_scene("ravine")
    problem = scene.race().problem
    fresh = Problem(problem.train, problem.test, problem.window)
    before = fresh.nbytes
    assert fresh.basins.nbytes == 0
    fresh.basins.labels(problem.window.grid(64, 64).reshape(-1, 2))
    remembered = [value for value in vars(fresh.basins._cells).values() if value.dtype == np.int32]
    assert fresh.nbytes == before + sum(array.nbytes for array in remembered) > before + 100_000


def test_a_window_in_which_nothing_moves_only_looks_for_events(monkeypatch: pytest.MonkeyPatch) -> None:
    with screen():
        window = MainWindow(Session(load_scene("local-minimum"), 10.0, horizon=10))
        computed(window)
        pygame.event.clear()
        asked, naps = list[bool](), list[int]()

        def busy() -> bool:
            asked.append(MainWindow._busy(window))
            return asked[-1]

        monkeypatch.setattr(window, "_busy", busy)

        def nap(milliseconds: int) -> None:
            naps.append(milliseconds)
            if len(naps) == 50:
                pygame.event.post(pygame.Event(pygame.USEREVENT))

        monkeypatch.setattr(pygame.time, "wait", nap)
        window.frame()
        assert len(naps) == 50
        assert asked == [False]
        window.close()


def test_turns_are_short_while_something_is_computed_beside_the_window() -> None:
    before = sys.getswitchinterval()
    with taking_turns():
        short = sys.getswitchinterval()
        with taking_turns():
            pass
        assert sys.getswitchinterval() == short < before
    assert sys.getswitchinterval() == before
