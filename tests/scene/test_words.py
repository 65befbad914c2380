"""What is suggested for a name that is unknown."""

import pytest

from sim.scene.words import OTHER_WORDS, counted, did_you_mean

LANE = ["rule", "learning_rate", "decay", "batch_size", "claim", "sampling", "drop_last", "schedule"]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("lr", "learning_rate"),
        ("eta", "learning_rate"),
        ("LR", "learning_rate"),
        ("momentum", "decay"),
        ("mu", "decay"),
        ("friction", "decay"),
        ("batch", "batch_size"),
        ("optimizer", "rule"),
        ("shuffle", "sampling"),
        ("lr_scheduler", "schedule"),
        ("learing_rate", "learning_rate"),
    ],
)
def test_what_others_call_so_is_known(wanted: str, meant: str) -> None:
    assert did_you_mean(wanted, LANE).endswith(f"did you mean {meant}?")


def test_of_paths_the_last_part_counts() -> None:
    known = ["lane.a.learning_rate", "lane.b.learning_rate", "lane.b.decay", "examples.sigma"]
    assert did_you_mean("lane.b.lr", known).endswith("did you mean lane.b.learning_rate?")
    assert did_you_mean("lane.a.decay", known).endswith("did you mean lane.b.decay?")
    assert did_you_mean("examples.noise", known).endswith("did you mean examples.sigma?")


def test_a_word_that_is_no_name_there_is_not_suggested() -> None:
    assert "learning_rate" not in did_you_mean("lr", ["rule", "decay"])


def test_of_very_many_names_the_nearest_is_told() -> None:
    many = [f"surface.wells[{place}].depth" for place in range(60)]
    assert did_you_mean("foo", ["start", *many, "lane.floor"]) == '"foo"; the nearest of 62 is lane.floor'
    assert did_you_mean("foo", ["start", "width"]) == '"foo"; there are start, width'


def test_no_word_stands_for_itself() -> None:
    assert all(name not in others for name, others in OTHER_WORDS.items())


def test_one_of_them_is_told_in_the_singular() -> None:
    assert [counted(count, "example") for count in (0, 1, 2, 1000)] == [
        "0 examples",
        "1 example",
        "2 examples",
        "1,000 examples",
    ]
