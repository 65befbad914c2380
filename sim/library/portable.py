"""What can be sent to worker processes: they know nothing of a notebook's cells, and run no script anew."""

import pickle
from io import BytesIO
from types import FunctionType
from typing import Any

MAIN = ("__main__", "__mp_main__")
"""Where a script's or a notebook's own classes and functions are."""


class _Looking(pickle.Pickler):
    """Refuses what only this process has."""

    def reducer_override(self, thing: Any) -> Any:
        """As pickle asks; whatever is not refused is pickled as usual."""
        if isinstance(thing, type | FunctionType) and thing.__module__ in MAIN:
            raise pickle.PicklingError(f"{thing.__qualname__} is this process's own")
        return NotImplemented


def portable(thing: object) -> bool:
    """Whether a worker process could be given it.

    >>> portable((1, len)), portable(lambda: 0)
    (True, False)
    """
    try:
        _Looking(BytesIO()).dump(thing)
    except (pickle.PicklingError, AttributeError, TypeError):  # As pickle says that something cannot be pickled.
        return False
    return True
