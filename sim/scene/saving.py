"""From a race at a moment to a text that a picture can carry, or a file hold."""

from ..base.version import VERSION
from ..descent.digest import digest_text
from .carriers import OPENING_LINE
from .reading import Saved
from .writing import scene_tables, tables_text


def saved_text(saved: Saved) -> str:
    """The scene with its moment, for `parse_saved`."""
    left = {
        "scene": saved.scene.name,
        "update": saved.tick or 0,
        "clock": saved.clock,
        "digest": digest_text(saved.digest),
        "version": VERSION,
    }
    return f"{OPENING_LINE}\n{tables_text({**scene_tables(saved.scene), 'saved': left})}"
