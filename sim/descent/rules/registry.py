"""Rules by their names: threads go through them while another one has more of them join."""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any

from .protocol import Rule

Kind = type[Rule[Any]]


class Registry(MutableMapping[str, Kind]):
    """A mapping that is exchanged as a whole: whoever goes through it goes on through what it was.

    One thread may change it, while others read.
    """

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = dict(kinds)  # Never changed.

    def exchange(self, gone: Iterable[str], come: Mapping[str, Kind]) -> None:
        """Take some out, and have others join, at once."""
        kinds = dict(self._kinds)
        for name in gone:
            del kinds[name]
        self._kinds = {**kinds, **come}

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __setitem__(self, name: str, kind: Kind) -> None:
        self.exchange((), {name: kind})

    def __delitem__(self, name: str) -> None:
        self.exchange((name,), {})

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def items(self) -> ItemsView[str, Kind]:
        """Names and classes, as they are now."""
        return self._kinds.items()

    def values(self) -> ValuesView[Kind]:
        """The classes, as they are now."""
        return self._kinds.values()
