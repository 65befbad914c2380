"""What of the picture before may stay, where another is drawn upon it."""

from dataclasses import replace
from enum import Enum, auto

from .around.caption import badge
from .setting import Setting, setting
from .snapshot import Snapshot


class Staying(Enum):
    """What of the picture before may stay on the canvas."""

    NOTHING = auto()
    AROUND = auto()
    """What lies around all that changes while a race runs, which is drawn over what was there."""
    ALL_BUT_MARBLES = auto()
    """All but the maps, on which marbles have glided, and the profile."""
    ALL_BUT_SCENES = auto()
    """All but the sheet of scenes."""


def staying(before: Snapshot, now: Snapshot, here: Setting) -> Staying:
    """What may stay of the moment that is on the canvas already."""
    was, there = before.session, now.session
    if _leafed(before, now):
        return Staying.ALL_BUT_SCENES
    over = was.help or was.picking is not None or (was.sheet and not there.sheet)
    # A tooltip may have lain over anything.
    if over or was.pointer is not None or setting(was, here.size).around != here.around:
        return Staying.NOTHING
    if badge(was, before.race, before.tick) != badge(there, now.race, now.tick):
        return Staying.NOTHING
    return Staying.ALL_BUT_MARBLES if _glided(before, now) else Staying.AROUND


def _glided(before: Snapshot, now: Snapshot) -> bool:
    """Whether all that has changed is how far the marbles have glided."""
    quiet = not (now.session.help or now.session.sheet or now.session.pointer) and now.session.picking is None
    return quiet and before.phase != now.phase and replace(before, phase=now.phase, stride=now.stride) == now


def _leafed(before: Snapshot, now: Snapshot) -> bool:
    """Whether all that has changed is what is on the sheet of scenes, which lies over all of it."""
    was, there = before.session, now.session
    if there.help or None in (was.picking, there.picking):
        return False
    return replace(now, session=replace(there, picking=was.picking), cards=before.cards) == before
