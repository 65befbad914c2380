"""The sheet of keys: it holds the whole table, and nothing of it is cut."""

from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest

from sim.base.languages import LANGUAGES, words
from sim.base.limits import THEMES
from sim.stage.drawing.screen import Screen
from sim.stage.picture.help import SMALLEST, HelpLayout, draw_help, help_layout, key_groups
from sim.stage.picture.setting import Setting, setting
from sim.stage.session.bindings import GROUPS
from sim.stage.session.session import Session

SIZES = [(960, 600), (1280, 720), (1366, 768), (1600, 900), (1920, 1080), (960, 1400), (2600, 600)]


def told(here: Setting) -> HelpLayout:
    return help_layout(here.places, here.theme)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("controls", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_stands_in_the_picture_beside_the_panel(
    session: Session, size: tuple[int, int], controls: bool, language: str
) -> None:
    here = setting(replace(session, controls=controls, language=language), size)
    found = told(here)
    assert pygame.Rect((0, 0), size).contains(found.place)
    assert not here.places.controls.width or not found.place.colliderect(here.places.controls)
    assert found.size > SMALLEST
    assert tuple(group for column in found.columns for group in column) == key_groups(here.theme)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_has_its_title_and_every_key_its_line(session: Session, language: str) -> None:
    theme = setting(replace(session, language=language), SIZES[0]).theme
    *keys, signs = key_groups(theme)
    assert [group.title for group in keys] == [theme.say(title) for title in GROUPS]
    assert [len(group.lines) for group in keys] == [len(bindings) for bindings in GROUPS.values()]
    assert len(signs.lines) == 4
    assert not {group.title for group in (*keys, signs)} & set(GROUPS) & words(language).keys()


@pytest.mark.parametrize("size", [SIZES[0], SIZES[3]])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_written_beyond_the_sheet(
    session: Session, size: tuple[int, int], theme: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = setting(replace(session, controls=True, theme=theme, language=language), size)
    target = pygame.Surface(size, depth=32)
    target.fill(here.theme.low)
    written: list[str] = []
    put = Screen.text

    def noted(canvas: Screen, words: str, *where: Any, **how: Any) -> int:
        written.append(words)
        return put(canvas, words, *where, **how)

    monkeypatch.setattr(Screen, "text", noted)
    draw_help(Screen(target), here.theme, here.places)
    place, pixels = told(here).place, pygame.surfarray.array3d(target)
    inside = np.zeros(size, dtype=bool)
    inside[place.left : place.right, place.top : place.bottom] = True
    controls = here.places.controls
    assert (pixels[controls.left :] == here.theme.low).all()
    inside[controls.left :] = True
    beyond = pixels[~inside].astype(float)
    share = (beyond - here.theme.background) / (np.array(here.theme.low, dtype=float) - here.theme.background)
    assert (share < 0.4).all(), "what is beneath is dimmed"
    assert np.ptp(share.mean(axis=-1)[share.mean(axis=-1) > 0.1]) < 0.05, "and nothing else is drawn there"
    rim = np.zeros(size, dtype=bool)
    rim[place.left + 3 : place.right - 3, place.top + 3 : place.bottom - 3] = True
    rim[place.left + 6 : place.right - 6, place.top + 6 : place.bottom - 6] = False
    corner = 2 * told(here).size
    rim[: place.left + corner], rim[place.right - corner :] = False, False
    assert (pixels[rim] == here.theme.panel).all()
    for group in key_groups(here.theme):
        for key, meaning in group.lines:
            assert {key, meaning} <= set(written)


@pytest.mark.parametrize("size", SIZES)
def test_no_line_is_cut_in_half_along_its_edges(session: Session, size: tuple[int, int]) -> None:
    here = setting(session, size)
    target = pygame.Surface(size, depth=32)
    target.fill((255, 0, 255))
    draw_help(Screen(target), here.theme, here.places)
    sheet, places = told(here).place, here.places
    for line in (places.title, places.look, places.timeline, places.footer):
        cut = any(line.top < edge < line.bottom for edge in (sheet.top, sheet.bottom))
        assert (target.get_at((line.left, line.centery))[:3] == here.theme.background) == cut
