"""The notebook's code, as it is and in less time."""

import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[2] / "docs" / "three-marbles.ipynb"
NOTEBOOK: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]

SMALLER = {
    '"local-minimum", seeds=200': '"local-minimum", seeds=20',
    '"local-minimum", seed=3, rules': '"local-minimum", seed=3, updates=60, rules',
    '"local-minimum", seeds=100': '"local-minimum", seeds=20',
    '"local-minimum", rules={"torch"': '"local-minimum", updates=60, rules={"torch"',
    'budget="20 epochs", seeds=40': 'budget="1 epochs", by="loss", seeds=20',
    "start=(1.0, 0.3), updates=200": "start=(1.0, 0.3), updates=50",
    "size=(640, 400)": "size=(320, 200), updates=100",
}
"""What costs most in it, and what is as good where it is only to be seen that a cell runs."""


def smaller() -> list[str]:
    """The cells with less to compute."""
    found = CODE
    for much, less in SMALLER.items():
        assert sum(cell.count(much) for cell in found) == 1
        found = [cell.replace(much, less) for cell in found]
    return found
