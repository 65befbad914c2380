"""What the library shows of the rooms below as it is: registries and values."""

from collections.abc import Callable, Mapping
from typing import Any

from ..base.files import OutputError
from ..descent.lane import Lane
from ..descent.rules import RULES as KNOWN_RULES
from ..descent.rules.protocol import Rule
from ..descent.schedules import SCHEDULES as KNOWN_SCHEDULES
from ..descent.schedules import Schedule
from ..scene import Scene, SceneError
from ..study.work.workers import StudyError
from ..surface.functions import SURFACES as KNOWN_SURFACES
from ..surface.functions.formula import Formula, FormulaError
from ..surface.protocol import ClosedForm
from .mistakes import UseError, shown

__all__ = ["RULES", "SCHEDULES", "SURFACES", "Lane", "OutputError", "Scene", "SceneError", "StudyError"]

RULES: Mapping[str, Callable[..., Rule[Any]]] = KNOWN_RULES
"""Every rule of the program by its name: RULES["adam"](0.1) is one with that learning rate, and the rest as usual."""

SCHEDULES: Mapping[str, Callable[..., Schedule]] = KNOWN_SCHEDULES
"""Every schedule by its name: SCHEDULES["cosine"](length=200)."""


def formula(text: Any) -> Formula:
    """The surface f(x, y) that a text such as "x^2 + y^2" is.

    Raises:
        UseError: it is none; the message says why, and at which column.

    >>> formula("x^2 + y^2")
    Formula(formula='x^2 + y^2')
    """
    if not isinstance(text, str):
        raise UseError(f'a formula must be a text, such as "x^2 + y^2", not {shown(text)}')
    try:
        return Formula(str(text))
    except FormulaError as error:
        raise UseError(f"the formula {shown(text)}{',' if error.column else ''} {error}") from None


SURFACES: Mapping[str, Callable[..., ClosedForm]] = {**KNOWN_SURFACES, "formula": formula}
"""Every kind of surface by its name: SURFACES["himmelblau"](), and SURFACES["formula"]("x^2 + y^2") for a typed one."""
