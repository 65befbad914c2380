"""Maps of basins, as Python has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...base.limits import MOST_BASIN_UPDATES
from ...descent.rules.protocol import Rule
from ...scene import OPENING, Scene, SceneError
from ...study.maps.basin_map import USUAL_UPDATES, BasinMap, basin_map, summary, table
from ...study.work.steps import finished
from ..lanes import Added, checked_rule
from ..mistakes import UseError, known_name, known_theme, picture_size, png_path, truth, whole_number
from ..scenes import SceneLike, resolve_scene
from ..tables import plain_text

if TYPE_CHECKING:
    from PIL.Image import Image

USUAL_SIZE = (1200, 675)


@dataclass(frozen=True, eq=False)
class Basins:
    """Which minimum holds a marble, by where it starts. In a notebook it is its map."""

    scene: Scene
    rule: Rule[Any] | None
    """Whose updates were followed; None for gradient flow."""
    found: BasinMap
    size: tuple[int, int]
    """Width and height of its picture, in pixels."""
    theme: str

    @property
    def labels(self) -> npt.NDArray[np.int16]:
        """The index of the minimum for each place of the map, row 0 at the bottom; −1 none, −2 diverged, −3 moving."""
        return self.found.labels

    def summary(self) -> dict[str, Any]:
        """The minima with their shares of the window, as JSON can hold them."""
        return summary(self.scene.problem(), self.found)

    def picture(self) -> "Image":
        """The map with its legend, as an image."""
        from ...stage.export.basins import basins_image  # noqa: PLC0415  Who asks for labels needs no stage.

        return basins_image(self.scene, self.rule, self.found, self.size, self.theme)

    def save(self, path: str | PathLike[str]) -> Path:
        """Save the map as a PNG file.

        Raises:
            UseError: the path is none of a PNG file.
            OutputError: it cannot be written.
        """
        from ...stage.export.png import save_image  # noqa: PLC0415

        wanted = png_path(path)
        save_image(self.picture(), wanted)
        return wanted

    def __repr__(self) -> str:
        from ...descent.rules import rule_name  # noqa: PLC0415

        whose = "gradient flow" if self.rule is None else rule_name(self.rule)
        return plain_text(table(self.scene.problem(), self.found, f"{self.scene.title} · {whose}"))

    def _repr_png_(self) -> bytes:
        from ..pictures import png_of  # noqa: PLC0415

        return png_of(self.picture())


def basins(
    scene: SceneLike = OPENING,
    *,
    lane: str | None = None,
    rule: Rule[Any] | None = None,
    rules: Mapping[str, Added] | None = None,
    updates: int = USUAL_UPDATES,
    size: tuple[int, int] = USUAL_SIZE,
    theme: str = "light",
    exact: bool = False,
) -> Basins:
    """Which minimum each place of the window leads to by full-batch updates, or by gradient flow without a rule.

    scene, rules: as for `race`.
    lane: by whose rule, or `rule`: by which one.
    updates: after how many a marble counts as still moving.
    size: of its picture, in pixels; the map has as many places as fit there.
    exact: whether a marble is followed from every place, and not only where another basin is near.

    Raises:
        UseError: something is asked for wrongly.
        SceneError: there is no such scene, or no minimum in it.

    >>> found = basins("local-minimum", size=(160, 120))
    >>> [round(minimum["share"], 1) for minimum in found.summary()["minima"]]
    [0.7, 0.3]
    """
    from ...stage import require_pygame_ce  # noqa: PLC0415  Places are laid out by the stage.

    if lane is not None and rule is not None:
        raise UseError("give a lane or a rule, not both")
    pixels, tone, everywhere = picture_size(size), known_theme(theme), truth("exact", exact)
    meant = resolve_scene(scene, rules=rules, start=(0.0, 0.0) if _is_surface(scene) else None)
    problem = meant.problem()
    if not problem.minima:
        raise SceneError(f"there is no minimum in the window of {meant.name}, and so no basin")
    followed = None if rule is None else checked_rule("rule", rule)
    if lane is not None:
        known = {each.name: each.rule for each in meant.lanes}
        followed = known[known_name("lane", lane, known)]
    most = whole_number("updates", updates, 1, MOST_BASIN_UPDATES)
    require_pygame_ce()
    from ...stage.export.basins import map_layout  # noqa: PLC0415

    place = map_layout(pixels, meant.window).map
    found = finished(basin_map(problem, (place.height, place.width), followed, most, exact=everywhere))
    return Basins(meant, followed, found, pixels, tone)


def _is_surface(scene: SceneLike) -> bool:
    from ..surfaces import Surface  # noqa: PLC0415

    return isinstance(scene, Surface)
