"""What README.md shows of the library can be typed as it stands."""

import ast
import builtins
import re
from pathlib import Path

import sim as tm

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = re.search(r"^## From Python$(.*?)^## ", PAGE, flags=re.M | re.S).group(1)  # type: ignore[union-attr]
BLOCKS = re.findall(r"^```python$(.*?)^```$", SECTION, flags=re.M | re.S)


def bound(tree: ast.AST) -> set[str]:
    """The names that these lines give something to."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.alias():
                names.add(node.asname or node.name.partition(".")[0])
            case ast.ClassDef() | ast.FunctionDef():
                names.add(node.name)
            case ast.arg():
                names.add(node.arg)
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
    return names


def test_the_examples_import_what_they_use() -> None:
    assert len(BLOCKS) == 4
    assert "import three_marbles as tm" in BLOCKS[0]
    for block in BLOCKS:
        tree = ast.parse(block)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        unknown = used - bound(tree) - {"tm", *dir(builtins)}
        assert not unknown, block


def test_the_names_of_the_package_that_it_speaks_of_are_there() -> None:
    told = set(re.findall(r"\btm\.(\w+)", SECTION))
    assert {"Lane", "OutputError", "StudyError", "SceneError", "UseError", "window"} <= told <= {*tm._PLACES}


def test_the_example_with_a_schedule_runs() -> None:
    (example,) = (block for block in BLOCKS if "tm.Lane(" in block)
    names = {"tm": tm}
    exec(example.replace("tm.race(", "race = tm.race("), names)
    race = names["race"]
    assert isinstance(race, tm.Race)
    assert race.names == ("full batch", "minibatch", "momentum", "falling η")
    assert race["falling η"].lane.schedule == tm.SCHEDULES["cosine"](length=300, floor=0.01, warmup=20)
    assert race["full batch"].rule == tm.RULES["adam"](0.1)
