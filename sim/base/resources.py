"""The files that come with the program: scenes, data, colours, languages."""

from importlib.resources import files
from pathlib import Path


def asset(*names: str) -> Path:
    """The file or folder of that name, and of those names within, in `assets`.

    An installed package has that folder within itself; in a checkout it stands beside the package's.

    >>> asset("scenes", "01-local-minimum.toml").suffix
    '.toml'
    """
    package = Path(str(files(__package__))).parent
    inside = package / "assets"
    return (inside if inside.is_dir() else package.with_name("assets")).joinpath(*names)
