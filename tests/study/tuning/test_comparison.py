"""The page of results says what is computed: tried for a column, since all of them take minutes."""

from comparison import BUDGETS, PAGE, SCENES, by_rule, cell, compared

from sim.scene import load_scene


def test_a_column_of_the_page_is_what_is_computed() -> None:
    name = "himmelblau"
    found = by_rule(compared(name, SCENES[name], BUDGETS[0]))
    _, _, section = PAGE.read_text(encoding="utf-8").partition(f"## {load_scene(name).title}: {SCENES[name]}\n")
    rows = [line.split(" | ") for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")][1:]
    told = {row[0].removeprefix("| "): row[1] for row in rows if not row[0].startswith("| ---")}
    assert told == {rule: cell(*place) for rule, place in found.items()}
