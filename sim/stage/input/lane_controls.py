"""What of the selected lane can be changed: its rule, its numbers, its schedule, how its batches are drawn."""

from collections.abc import Iterator

from ...descent.examples.batches import SAMPLINGS, Sampling
from ...descent.problem import Problem
from ...descent.rules import RULES, rule_name
from ...descent.schedules import CONSTANT, SCHEDULES
from ..session.bindings import FINE, Deed, LoadRules
from ..session.dials import dials, schedule_dials
from ..session.lanes import (
    AddLane,
    ChooseRule,
    ChooseSampling,
    ChooseSchedule,
    DropLast,
    DuplicateLane,
    NameLane,
    NextRule,
    RemoveLane,
    ScaleBatchSize,
    ScaleLearningRate,
    SelectLane,
    SetSchedule,
    ShiftMomentum,
)
from ..session.session import Session
from ..session.setup import DraftRules
from ..session.tuning import Tune, searching
from ..style.numbers import rule_in_words
from ..style.theme import Theme
from .control import Button, Buttons, Choice, Control, Slider, TextField, tip_of

RATE: tuple[Deed, ...] = (ScaleLearningRate(1 / FINE), ScaleLearningRate(FINE))
MOMENTUM: tuple[Deed, ...] = (ShiftMomentum(-0.05), ShiftMomentum(0.05))
BATCH: tuple[Deed, ...] = (ScaleBatchSize(0.5), ScaleBatchSize(2))
"""What the keys of sliders do."""


def lane_controls(session: Session, theme: Theme, known: Problem | None = None) -> list[Control]:
    """What of the selected lane can be changed; known: the problem that says where sliders end, if not the scene's."""
    return [
        _lane_picks(session, theme),
        _lane_name(session, theme),
        _rule_choice(session, theme),
        _rules_file(session, theme),
        *_lane_sliders(session, theme, known),
        _tuning_button(session, theme),
        *_schedule_controls(session, theme),
        *_sampling_controls(session, theme),
        _lane_buttons(theme),
    ]


def _lane_picks(session: Session, theme: Theme) -> Control:
    """Which lane the others are about."""
    say, lanes = theme.say, session.scene.texts(theme.language).lanes
    picks = tuple(
        Button(
            f"lane{index}",
            f"{index + 1}",
            SelectLane(index),
            tip_of(say, say("turn these controls to the lane {name}", name=name), SelectLane(index)),
            lit=index == session.lane,
        )
        for index, name in enumerate(lanes)
    )
    return Buttons(say("lane: {name}", name=lanes[session.lane]), picks, max(3, len(picks)))


def _lane_name(session: Session, theme: Theme) -> Control:
    say, lane = theme.say, session.scene.lanes[session.lane]
    shown = session.scene.texts(theme.language).lanes[session.lane]
    return TextField(
        "name",
        say("name"),
        shown,
        say("by its settings"),
        lambda text: NameLane(lane.name if text == shown else text),
        say("what the lane is called, whatever becomes of it; without a name, what its settings say"),
    )


def _rule_choice(session: Session, theme: Theme) -> Control:
    say, rule = theme.say, session.scene.lanes[session.lane].rule
    return Choice(
        "rule",
        say("rule"),
        tuple(rule_in_words(name, theme.language) for name in RULES),
        rule_in_words(rule_name(rule), theme.language),
        lambda index: ChooseRule(list(RULES)[index]),
        tip_of(say, say("how a gradient becomes a movement"), NextRule()),
    )


def _rules_file(session: Session, theme: Theme) -> Control:
    """Where rules of one's own come from: a file that is run, since its user types its name."""
    say = theme.say
    return TextField(
        "rules",
        say("rules file"),
        session.rules.text,
        say("rules of your own"),
        lambda path: LoadRules(path) if path.strip() else DraftRules(""),
        say("a file of Python, such as mine.py: Enter runs its code, and its rules join the menu above"),
        typed=DraftRules,
        mistake=session.rules.refused,
    )


def _lane_sliders(session: Session, theme: Theme, known: Problem | None) -> Iterator[Control]:
    """What is turned most, as at the lane itself."""
    say, count = theme.say, session.scene.examples.count
    for dial in dials(session.scene, session.lane, known):
        label, value, tip, keys = {
            "rate": (say("learning rate, η"), dial.value, say("how far a step goes for a given gradient"), RATE),
            "memory": (
                say("momentum, {symbol}", symbol=dial.sign),
                dial.value,
                say("how much of the past lives on in the next step"),
                MOMENTUM,
            ),
            "batch": (
                say("batch size, B"),
                say("{size} of {count}", size=dial.value, count=count),
                say("how many examples each step is computed from"),
                BATCH,
            ),
        }[dial.name]
        yield Slider(dial.name, label, value, dial.position, dial.message, tip_of(say, tip, *keys))


def _tuning_button(session: Session, theme: Theme) -> Control:
    """What looks for the learning rate, and is lit while it does."""
    say = theme.say
    tip = say(
        "looks for the η with which the lane does best over many seeds, in the background; again: stop, or take it back"
    )
    lit = searching(session) is not None
    return Buttons("", (Button("tune", say("find the best η"), Tune(), tip_of(say, tip, Tune()), lit),), 1)


SCHEDULE_WORDS = {
    "every": ("updates or epochs from drop to drop", "how long the learning rate stays before it drops again"),
    "gamma": ("factor, γ", "what the learning rate is multiplied with each time"),
    "length": ("length", "how long the schedule, or its first cycle, takes"),
    "power": ("power", "how much sooner the learning rate falls than along a straight line"),
    "decay_rate": ("decay rate", "how fast the learning rate falls; after 1/rate it is half"),
    "floor": ("floor", "the smallest factor, at the end of the fall"),
    "stretch": ("stretch", "how many times as long each cycle is as the one before"),
    "rise": ("share of the rise", "during which part of its length the learning rate rises"),
    "start_divisor": ("divisor at the start", "how many times smaller the learning rate starts"),
    "end_divisor": ("divisor at the end", "how many times smaller than at the start the learning rate ends"),
    "warmup": ("warm-up", "how long the learning rate first rises evenly; 0: not at all"),
    "warmup_from": ("warm-up from", "with which share of the learning rate the warm-up starts"),
}
"""What a schedule's numbers are called, and what they do."""
SAMPLING_WORDS: dict[Sampling, str] = {
    "reshuffled": "shuffled anew each epoch",
    "fixed": "one order for ever",
    "replacement": "with replacement",
}


def _schedule_controls(session: Session, theme: Theme) -> Iterator[Control]:
    """By which plan the learning rate changes."""
    say, schedule = theme.say, session.scene.lanes[session.lane].schedule
    yield Choice(
        "schedule",
        say("η schedule"),
        tuple(say(name) for name in SCHEDULES),
        say(schedule.name),
        lambda index: ChooseSchedule(list(SCHEDULES)[index]),
        say("how the learning rate changes in the course of the race"),
    )
    if schedule == CONSTANT:
        return
    for dial in schedule_dials(session.scene, session.lane):
        label, tip = SCHEDULE_WORDS[dial.name]
        yield Slider(dial.name, say(label), dial.value, dial.position, dial.message, say(tip))
    epochs = schedule.per == "epoch"
    tip = say("count the schedule's time in epochs, or in updates again")
    yield Buttons("", (Button("per", say("in epochs"), SetSchedule("per", _unit(not epochs)), tip, epochs),), 2)


def _unit(epochs: bool) -> str:
    return "epoch" if epochs else "update"


def _sampling_controls(session: Session, theme: Theme) -> Iterator[Control]:
    """How batches are drawn, where that makes a difference."""
    say, lane = theme.say, session.scene.lanes[session.lane]
    if lane.sees_all(session.scene.examples.count):
        return
    yield Choice(
        "sampling",
        say("batches"),
        tuple(say(words) for words in SAMPLING_WORDS.values()),
        say(SAMPLING_WORDS[lane.sampling]),
        lambda index: ChooseSampling(SAMPLINGS[index]),
        say("in which order the examples have their turns, or each drawn from all"),
    )
    if session.scene.examples.count % lane.batch_size:
        tip = say("leave out the examples that do not fill a batch, or let them make a short one")
        yield Buttons("", (Button("drop", say("drop the short last batch"), DropLast(), tip, lane.drop_last),), 1)


def _lane_buttons(theme: Theme) -> Control:
    """One lane more, or one less."""
    say = theme.say
    return Buttons(
        "",
        (
            Button("add", say("add"), AddLane(), tip_of(say, say("another lane, with plain descent"), AddLane())),
            Button(
                "duplicate",
                say("duplicate"),
                DuplicateLane(),
                tip_of(say, say("another lane like this one"), DuplicateLane()),
            ),
            Button(
                "remove",
                say("remove"),
                RemoveLane(),
                tip_of(say, say("take this lane out of the race"), RemoveLane()),
            ),
        ),
        3,
    )
