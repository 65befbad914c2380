"""What is kept for pictures: no more than fits into a sum of bytes, and what was wanted last."""

import numpy as np
import pygame
import pytest

from sim.stage.style import cache
from sim.stage.style.cache import HELD, LEAST, LIMIT, Cache, weight_of


def arrays(store: Cache, *keys: str, size: int = 1000) -> None:
    for key in keys:
        store.get(key, lambda: np.zeros(size, dtype=np.uint8))


def test_what_was_made_is_not_made_again() -> None:
    store = Cache(10_000)
    first = store.get("a", lambda: np.zeros(3))
    assert store.get("a", lambda: np.ones(3)) is first
    assert store.made == 1


def test_all_together_weighs_no_more_than_the_limit_and_what_was_wanted_last_stays() -> None:
    store = Cache(3 * (1000 + LEAST))
    arrays(store, "a", "b", "c")
    assert (len(store), store.weight) == (3, 3 * (1000 + LEAST))
    arrays(store, "a", "d")
    assert store.weight <= store.limit
    arrays(store, "a", "c", "d")
    assert store.made == 4
    arrays(store, "b")
    assert store.made == 5


def test_what_is_heavier_than_the_limit_is_given_and_not_kept() -> None:
    store = Cache(5_000)
    arrays(store, "a")
    arrays(store, "large", size=6_000)
    assert len(store) == 1
    arrays(store, "a")
    assert store.made == 2


def test_nothing_is_left_when_all_is_forgotten() -> None:
    store = Cache(5_000)
    arrays(store, "a", "b")
    store.clear()
    assert (len(store), store.weight) == (0, 0)


def test_pictures_and_arrays_weigh_what_they_hold() -> None:
    assert weight_of(pygame.Surface((100, 50), depth=32)) == pytest.approx(100 * 50 * 4, rel=0.05)
    assert weight_of(np.zeros((100, 50))) == pytest.approx(100 * 50 * 8, rel=0.05)
    assert weight_of([np.zeros(1000)] * 9) == pytest.approx(9 * 8000, rel=0.1)
    assert 300 < weight_of([(1.0, 2.0)] * 5) < 2_000


def test_a_function_is_asked_once_for_the_same_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CACHE", Cache())
    asked = []

    @cache.cached
    def double(value: int, times: int = 2) -> int:
        asked.append((value, times))
        return value * times

    assert [double(3), double(3), double(3, times=4), double(4), double(3, times=4)] == [6, 6, 12, 8, 12]
    assert asked == [(3, 2), (3, 4), (4, 2)]


def test_what_is_named_by_a_key_weighs_as_well_wherever_it_stands_in_it() -> None:
    class Named:
        nbytes = 700

    store = Cache(3_000)
    named = Named()
    store.keep(("drawing", (named, 3), (("of", named),)), 1)
    assert store.weight == weight_of(1) + 1_400
    for number in range(9):
        store.keep((number, (Named(),)), number)
    assert len(store) == 3000 // (weight_of(1) + 700)
    assert store.weight <= store.limit


def test_what_names_something_very_large_is_kept_all_the_same() -> None:
    class Long:
        nbytes = 10 * LIMIT

    store, long = Cache(), Long()
    for number in range(100):
        store.keep((number, long), number)
    assert len(store) == 100
    assert store.weight == 100 * (weight_of(0) + HELD)


def test_what_is_kept_is_taken_once() -> None:
    store = Cache(5_000)
    arrays(store, "a", "b")
    assert store.take("a") is not None
    assert store.take("a") is None
    assert store.weight == 1000 + LEAST


class Growing:
    """Something that grows while it is in use."""

    nbytes = 0


def test_the_last_few_stay_whatever_they_weigh_and_the_others_while_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "CACHE", Cache(3_000))
    recent: cache.Recent[str, Growing] = cache.Recent(2)
    made = {name: recent.get(name, Growing) for name in "ab"}
    made["a"].nbytes = made["b"].nbytes = 2_000
    assert recent.get("a", Growing) is made["a"]
    recent.get("c", Growing)
    assert cache.CACHE.weight == 2_000 + LEAST  # It has grown since it was made.
    assert recent.find("b") is made["b"]
    assert cache.CACHE.weight == 2_000 + LEAST  # Now "a" rests there.
    made["c"] = recent.get("c", Growing)
    made["c"].nbytes = 4_000
    for name in "de":
        recent.get(name, Growing)
    assert recent.find("c") is None  # It was too heavy to be kept.
    assert recent.find("e") is not None


def test_what_was_made_elsewhere_takes_the_place_of_another() -> None:
    recent: cache.Recent[str, list[int]] = cache.Recent(2)
    recent.get("a", list)
    mine = [1]
    recent.keep("a", mine)
    assert recent.find("a") is mine
