"""The notebook runs from the first cell to the last, and is kept as it was written: without what came of it."""

import ast
import os
import sys
from contextlib import redirect_stdout
from importlib.util import find_spec
from io import BytesIO, StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from notebook_cells import NOTEBOOK, PATH, smaller
from PIL import Image

ROOT = Path(__file__).parents[2]
PICTURES = 7
"""Cells that show one."""


def run(cells: list[str], name: str) -> tuple[str, list[Any]]:
    """What the cells print, one after the other in one module, and what stands in the last line of each."""
    module, told, last = ModuleType(name), StringIO(), []
    sys.modules[name] = module
    try:
        with redirect_stdout(told):
            for cell in cells:
                tree = ast.parse(cell)
                shown = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, "cell", "exec"), module.__dict__)
                if isinstance(shown, ast.Expr):
                    value = eval(compile(ast.Expression(shown.value), "cell", "eval"), module.__dict__)
                    last += [] if value is None else [value]
    finally:
        del sys.modules[name]
    return told.getvalue(), last


@pytest.mark.usefixtures("_installed", "_elsewhere")
def test_the_cells_run_one_after_the_other() -> None:
    told, last = run(smaller(), "a_notebook")
    assert "momentum: settled in the lowest known minimum" in told
    assert "minibatch: 100.0% escape" in told
    assert "momentum and full batch: " in told
    assert "by central differences with a step of 0.0002" in told
    torch = find_spec("torch") is not None
    assert (("largest difference" in told), ("torch is not installed here" in told)) == (torch, not torch)
    pictures = [value for value in last if hasattr(value, "_repr_png_")]
    assert len(pictures) == PICTURES
    for shown in pictures:
        with Image.open(BytesIO(shown._repr_png_())) as picture:
            assert min(picture.size) >= 200
    assert list(Path().iterdir()) == []


def test_a_cell_that_fails_is_found() -> None:
    with pytest.raises(NameError, match="nothing"):
        run(["x = 1", "nothing"], "a_notebook")
    assert run(["x = 1", "x + 1"], "a_notebook") == ("", [2])


def test_it_holds_no_outputs() -> None:
    assert all(cell["outputs"] == [] for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code")
    assert all(cell["execution_count"] is None for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code")
    assert PATH.stat().st_size < 20_000


def test_in_jupyter_it_runs_and_shows_its_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    (tmp_path / "three_marbles").symlink_to(ROOT / "sim")
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(PATH, as_version=4)
    nbformat.validate(notebook)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == PICTURES
