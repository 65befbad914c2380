"""How places and values of a scene file are written in messages."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..descent.rules.protocol import OTHER_NAMES

BARE_KEY = re.compile(r"[\w-]+", re.ASCII)
SWAPPED = 2
"""How many names that seem less near are looked at for one of the same letters."""
SURE = 0.9
"""How much alike a name and what was written are where no other one can be meant."""
MOST_NAMED = 32
"""Names that one sentence can list; of more, the nearest is told."""


class SceneError(ValueError):
    """A scene that cannot be used; the message is one sentence for the user."""


class TomlError(SceneError):
    """A text that is no TOML at all."""


def path_text(*steps: str | int) -> str:
    """A path as TOML writes it, with the places of lists in brackets, counted from 0."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step if BARE_KEY.fullmatch(step) and len(step) <= 40 else excerpt(step)}"
    return text.lstrip(".") or "the file"


def excerpt(value: Any) -> str:
    """A value as it stands in a file, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= 40 else f"{text[:39]}…"


def counted(count: int, noun: str) -> str:
    """So many of them: 1 example, 1,000 examples."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    **OTHER_NAMES,
    "batch_size": ("batch", "b", "bs", "minibatch", "batchsize"),
    "updates": ("steps", "iterations", "iters", "n_steps", "epochs"),
    "rule": ("optimizer", "optimiser", "algorithm", "method"),
    "lane": ("lanes", "runs", "marbles"),
    "start": ("init", "x0", "theta0", "initial"),
    "window": ("bounds", "range", "extent", "limits"),
    "sigma": ("noise", "std", "sd", "σ"),
    "count": ("n", "size", "n_samples", "examples"),
    "schedule": ("scheduler", "lr_scheduler"),
    "length": ("t_max", "t_0", "total_steps", "total_iters", "steps", "period"),
    "every": ("step_size", "step"),
    "stretch": ("t_mult",),
    "floor": ("eta_min", "min_lr", "lr_min"),
    "rise": ("pct_start",),
    "start_divisor": ("div_factor",),
    "end_divisor": ("final_div_factor",),
    "drop_last": ("droplast",),
    "sampling": ("shuffle", "sampler"),
}
"""What others call what stands in scene files."""


def did_you_mean(wanted: str, names: Iterable[str]) -> str:
    """What to say of an unknown name: the known ones that others call so, or those nearest to it, or all of them.

    The last part of a path is looked at by itself. Of very many names that are all unlike it, the nearest is said.

    >>> did_you_mean("lr", ["rule", "learning_rate", "batch_size"])
    '"lr"; did you mean learning_rate?'
    """
    known = list(names)
    close = called_so(wanted, known) or near(wanted, known, 1, SURE)
    close = close or _elsewhere(wanted, known) or near(wanted, known, 3, 0.5)
    if close:
        return f"{excerpt(wanted)}; did you mean {' or '.join(close)}?"
    if len(known) > MOST_NAMED:
        return f"{excerpt(wanted)}; the nearest of {len(known)} is {_nearest(wanted, known)}"
    return f"{excerpt(wanted)}; there are {', '.join(known)}"


def near(wanted: str, known: Sequence[str], most: int, cutoff: float = 0.6) -> list[str]:
    """The known names that are most like the wanted one, nearest first, whatever is large or small in them. Nearest of
    all is one of the same letters: two are typed in each other's place more often than one is wrong.

    >>> near("LOCAL-MINIMUM", ["ravine", "local-minimum"], 1)
    ['local-minimum']
    """
    small: dict[str, list[str]] = {}
    for name in known:
        small.setdefault(name.casefold(), []).append(name)
    letters = sorted(wanted.casefold())
    found = difflib.get_close_matches(wanted.casefold(), small, n=most + SWAPPED, cutoff=cutoff)
    found.sort(key=lambda name: sorted(name) != letters)
    return [name for each in found for name in small[each]][:most]


def _elsewhere(wanted: str, known: Sequence[str]) -> list[str]:
    """The known paths that end as the wanted one."""
    _, dot, last = wanted.rpartition(".")
    return [path for path in known if dot and path.endswith(f"{dot}{last}")][:3]


def _nearest(wanted: str, known: Sequence[str]) -> str:
    """The known path whose last part is most like the wanted one's, however unlike."""

    def likeness(path: str) -> float:
        one, other = (name.casefold().rpartition(".")[2] for name in (wanted, path))
        return difflib.SequenceMatcher(None, one, other).ratio()

    return max(known, key=likeness)


def called_so(wanted: str, known: Sequence[str]) -> list[str]:
    """The known names that others call by the wanted one; of paths, those that begin alike."""
    way, dot, last = wanted.rpartition(".")
    word = last.lower().replace("-", "_")
    meant = [name for name, others in OTHER_WORDS.items() if word in others]
    return [path for name in meant if (path := f"{way}{dot}{name}") in known]
