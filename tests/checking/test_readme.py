"""What README says of rules of one's own is so."""

import re
from pathlib import Path

import pytest
from command_line import status

from sim.foreign import rules_file

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.split("## A rule of your own\n")[1].split("\n## ")[0]
EXAMPLE, TEST = re.findall(r"^```python\n(.*?)^```$", SECTION, flags=re.M | re.S)


@pytest.mark.usefixtures("_elsewhere", "_own_rules_after")
def test_the_example_passes_its_check_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(EXAMPLE, encoding="utf-8")
    assert "python main.py check mine.py --like momentum" in SECTION
    assert status("check", "mine.py", "--like", "momentum") == 0
    assert status("run", "--rules", "mine.py", "--updates", "3") == 0
    assert next(iter(rules_file._files.values())).rules.keys() == {"Heavy"}
    capsys.readouterr()


def test_the_test_in_it_is_one() -> None:
    there: dict[str, object] = {}
    exec(EXAMPLE + TEST.replace("from three_marbles.checking", "from sim.checking"), there)
    test = there["test_mine_is_momentum"]
    assert callable(test)
    test()
    wrong = EXAMPLE.replace("+ slope.here", "- slope.here")
    exec(wrong + TEST.replace("from three_marbles.checking", "from sim.checking"), there)
    with pytest.raises(AssertionError, match="is flipped"):
        there["test_mine_is_momentum"]()  # type: ignore[operator]
