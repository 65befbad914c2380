"""Which key sends which message. Every control has one: the keyboard alone suffices."""

import pygame

from ..picture.views import VIEWS
from ..session.examples import ScaleCount, ScaleSigma
from ..session.lanes import (
    AddLane,
    DuplicateLane,
    NextRule,
    RemoveLane,
    ScaleBatchSize,
    ScaleLearningRate,
    SelectLane,
    ShiftMomentum,
)
from ..session.odds import ShowOdds, TurnSheet
from ..session.playback import ChangeClock, ChangeSpeed, GoToEnd, GoToStart, Play, Restart, Step
from ..session.session import Message
from ..session.setup import NewSeed, NextScene, OpenScene, SkipQuestion
from ..session.view import (
    Back,
    ChangeLanguage,
    ChangeSpread,
    ChangeSwarm,
    ChangeTheme,
    Pan,
    Present,
    ResetView,
    ShowControls,
    ShowHelp,
    ToggleCaptions,
    ToggleView,
    Zoom,
)
from .mouse import NOTCH

STRIDE = 10  # Updates that an arrow key goes with Shift.
FINE = 1.25  # Factor of a learning rate or a σ at one press.
DIGITS = range(pygame.K_1, pygame.K_9 + 1)

PUSH = 0.1  # Share of the view by which an arrow key with Control moves it.
COPYING = pygame.KMOD_CTRL | pygame.KMOD_META
COMMANDS = pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META

VIEW_KEYS: dict[int, Message] = {
    pygame.K_PLUS: Zoom(NOTCH),
    pygame.K_EQUALS: Zoom(NOTCH),
    pygame.K_KP_PLUS: Zoom(NOTCH),
    pygame.K_MINUS: Zoom(1 / NOTCH),
    pygame.K_KP_MINUS: Zoom(1 / NOTCH),
    pygame.K_0: ResetView(),
    pygame.K_KP0: ResetView(),
    pygame.K_LEFT: Pan(-PUSH, 0.0),
    pygame.K_RIGHT: Pan(PUSH, 0.0),
    pygame.K_UP: Pan(0.0, PUSH),
    pygame.K_DOWN: Pan(0.0, -PUSH),
}
"""With Control: what part of the plane is seen."""
KEYS: dict[int, Message] = {
    pygame.K_SPACE: Play(),
    pygame.K_HOME: GoToStart(),
    pygame.K_END: GoToEnd(),
    pygame.K_PAGEUP: NextScene(-1),
    pygame.K_PAGEDOWN: NextScene(1),
    pygame.K_KP_PLUS: ChangeSpeed(1),
    pygame.K_KP_MINUS: ChangeSpeed(-1),
    pygame.K_TAB: ShowControls(),
    pygame.K_F1: ShowHelp(),
    pygame.K_RETURN: SkipQuestion(),
    pygame.K_KP_ENTER: SkipQuestion(),
    pygame.K_ESCAPE: Back(),
    pygame.K_INSERT: AddLane(),
    pygame.K_DELETE: RemoveLane(),
}
CHARACTERS: dict[str, Message] = {
    "r": Restart(),
    "n": NewSeed(),
    "c": ChangeClock(),
    "t": ChangeTheme(),
    "l": ChangeLanguage(),
    "p": Present(),
    "h": ShowHelp(),
    "?": ShowHelp(),
    "+": ChangeSpeed(1),
    "=": ChangeSpeed(1),
    "-": ChangeSpeed(-1),
    "y": NextRule(),
    "[": ScaleLearningRate(1 / FINE),
    "]": ScaleLearningRate(FINE),
    ",": ShiftMomentum(-0.05),
    ".": ShiftMomentum(0.05),
    ";": ScaleBatchSize(0.5),
    "'": ScaleBatchSize(2),
    "d": DuplicateLane(),
    "u": ScaleSigma(1 / FINE),
    "i": ScaleSigma(FINE),
    "q": ScaleCount(0.5),
    "w": ScaleCount(2),
    "z": ChangeSwarm(),
    "j": ShowOdds(),
    "0": ToggleCaptions(),
    **{str(number): OpenScene(number - 1) for number in range(1, 10)},
    **{view.key.lower(): ToggleView(name) for name, view in VIEWS.items() if len(view.key) == 1},
}
"""Keys that go by what they write, wherever they are on the keyboard."""
SHIFTED: dict[str, Message] = {
    "z": ChangeSpread(),
    "j": TurnSheet(),
    **{view.key[-1].lower(): ToggleView(name) for name, view in VIEWS.items() if view.key.startswith("Shift ")},
}
"""Those that say something else with Shift."""


def message(key: int, character: str, mod: int) -> Message | None:
    """What a key says, with these modifiers; None if it says nothing here."""
    if mod & pygame.KMOD_CTRL:
        return VIEW_KEYS.get(key)
    if mod & COMMANDS:
        return None
    shift = bool(mod & pygame.KMOD_SHIFT)
    if key in (pygame.K_LEFT, pygame.K_RIGHT):
        stride = STRIDE if shift else 1
        return Step(stride if key == pygame.K_RIGHT else -stride)
    if shift and key in DIGITS:
        return SelectLane(key - pygame.K_1)
    characters = CHARACTERS | SHIFTED if shift else CHARACTERS
    # Where a keyboard writes other letters, its keys still have the names of these.
    return KEYS.get(key) or characters.get(character.lower()) or characters.get(pygame.key.name(key))
