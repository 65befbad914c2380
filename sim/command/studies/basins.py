"""Which minimum holds a marble, by where it starts."""
# ruff: noqa: PLC0415

import argparse
import math
from typing import TYPE_CHECKING, Any, NoReturn

from ...base.limits import MOST_BASIN_UPDATES
from .. import COMMAND_LINE
from ..console.arguments import Parser, add_look, add_scene, png_path, quoted, whole_number
from ..console.progress import result_of
from ..console.terminal import SEARCHING, remark, show, show_json, show_table, told_if_long

if TYPE_CHECKING:
    from dataclasses import Field

    from ...descent.rules.protocol import Letter, Rule
    from ...scene import Scene

USUAL_UPDATES = 2_000


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "basins",
        "Draw a map of basins: the minimum in which full-batch descent from each pixel\n"
        "ends. Gradient flow, which plain descent with short steps follows, has basins\n"
        "with smooth borders; those of momentum are fractal.",
        f"""
{COMMAND_LINE} basins
{COMMAND_LINE} basins himmelblau --lane momentum -o himmelblau.png
{COMMAND_LINE} basins muller-brown --rule momentum --decay 0.97 --theme dark
{COMMAND_LINE} basins egg-box --rule adam --learning-rate 0.3 --json
""",
    )
    add_scene(parser)
    _add_rule(parser)
    parser.add_argument(
        "--updates",
        type=whole_number(1, MOST_BASIN_UPDATES),
        default=USUAL_UPDATES,
        metavar="N",
        help=f"how many updates of a rule to follow before a marble counts as still moving, at most "
        f"{MOST_BASIN_UPDATES:,} (default: {USUAL_UPDATES:,})",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="follow a marble from every pixel, and not only where another basin is near: slower, and different in "
        "fewer than one pixel in a hundred",
    )
    parser.add_argument("--json", action="store_true", help="print the shares for programs, as JSON")
    parser.add_argument(
        "-o",
        "--output",
        type=png_path,
        metavar="FILE",
        help="the PNG file to write, replaced if it exists (default: the scene's name and -basins, with a number if "
        "that name is taken)",
    )
    add_look(parser)
    return parser


def _add_rule(parser: argparse.ArgumentParser) -> None:
    """Which rule is followed, and with which settings."""
    from ...descent.rules import RULES

    which = parser.add_mutually_exclusive_group()
    which.add_argument("--lane", metavar="NAME", help="follow the rule of that lane of the scene, with its settings")
    which.add_argument(
        "--rule",
        metavar="RULE",
        help=f"follow that rule ({', '.join(RULES).replace('%', '%%')}); settings "
        "that are not given are those of the scene's first lane with that rule, or if there is none, the first lane's "
        "learning rate and the rule's defaults (default: gradient flow)",
    )
    for name, sign in _hyperparameters().items():
        meaning = MEANINGS.get(name, f"the rule's {name.replace('_', ' ')}")
        parser.add_argument(_option(name), type=_number, metavar=sign, help=meaning)


MEANINGS = {
    "learning_rate": "the learning rate",
    "clip_value": "bound on each coordinate of the gradient",
    "clip_norm": "bound on the length of the gradient",
    "weight_decay": "the multiple of θ that is added to the gradient, or by adamw and lion to the step",
    "decay": "the share of past steps that is kept: what torch calls momentum",
    "dampening": "the share of each later gradient that torch momentum leaves out of its sum",
    "epsilon": "what is added to a denominator, so that it is not 0",
    "rho": "the share of adadelta's averages that is kept",
    "alpha": "the share of the average square of the gradient that is kept",
    "beta1": "the share of the average gradient that is kept, or by lion used for the step",
    "beta2": "the share of the average square that is kept, by adamax of the largest size, by lion of the average",
    "momentum_decay": "how fast nadam's momentum grows",
    "radius": "the distance uphill at which sam takes the gradient",
    "damping": "what newton and saddle free newton add to each curvature",
    "temperature": "the size of langevin's noise, as a temperature",
}
"""What the settings of the program's own rules are; those of rules from outside go by their names."""


TAKEN = frozenset({"help", "scene", "rules", "lane", "rule", "updates", "exact", "json", "output", "size", "theme"})
"""What options mean already; no setting of a rule from outside can be given by them."""


def _hyperparameters() -> dict[str, str]:
    """Hyperparameters of all rules that are any number, and their letters; one without a letter goes by its name."""
    from dataclasses import fields

    from ...descent.rules import RULES, all_letters

    named = {field.name: field.name.upper() for kind in RULES.values() for field in fields(kind) if _any_number(field)}
    return {name: sign for name, sign in {**named, **_signs(all_letters())}.items() if name not in TAKEN}


def _signs(letters: "dict[str, Letter]") -> dict[str, str]:
    return {name: letter.sign for name, letter in letters.items()}


def _any_number(field: "Field[Any]") -> bool:
    return type(field.default) is float


def run(arguments: argparse.Namespace) -> None:
    """Compute, draw and save it."""
    from ...base.files import check_writable, free_path, named
    from ...scene import SceneError
    from ...stage import require_pygame_ce
    from ..console.selection import chosen_scene

    scene = chosen_scene(arguments.scene)
    rule = _rule(scene, arguments)
    path = arguments.output or free_path(named(scene.name, "-basins.png"))
    check_writable(path)
    require_pygame_ce()
    problem = scene.problem()
    with told_if_long(SEARCHING):
        minima = problem.minima
    if not minima:
        raise SceneError(f"there is no minimum in the window of {scene.name}, and so no basin")
    from ...stage.export.basins import map_layout, save_basins
    from ...study.maps.basin_map import basin_map, summary, table

    place = map_layout(arguments.size, scene.window).map
    found = result_of(basin_map(problem, (place.height, place.width), rule, arguments.updates, exact=arguments.exact))
    save_basins(scene, rule, found, arguments.size, arguments.theme, path)
    if arguments.json:
        show_json({"scene": scene.name, **_settings(rule), "updates": arguments.updates, **summary(problem, found)})
    else:
        show_table(table(problem, found, f"{scene.title} · {_told(rule)}"))
        show(f"saved {path}")


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"must be a number, not {quoted(text)}")
    return value


def _rule(scene: "Scene", arguments: argparse.Namespace) -> "Rule[Any] | None":
    """The rule that is asked for, None for gradient flow."""
    from pydantic import ValidationError, create_model

    from ...descent.rules import RULES, rule_name
    from ...descent.rules.guard import with_settings
    from ...descent.rules.protocol import hints_of, names_of
    from ...descent.schedules import CONSTANT
    from ...scene.mistakes import reason
    from ...scene.words import did_you_mean

    given = {name: value for name in _hyperparameters() if (value := getattr(arguments, name)) is not None}
    lanes = {lane.name: lane.rule for lane in scene.lanes}
    if arguments.lane is not None:
        if arguments.lane not in lanes:
            _refuse(f"{scene.name} has no lane {did_you_mean(arguments.lane, lanes)}")
        rule = lanes[arguments.lane]
        if any(lane.name == arguments.lane and lane.schedule != CONSTANT for lane in scene.lanes):
            remark(f"the schedule of {arguments.lane} is ignored: η stays {rule.learning_rate:g}")
    elif arguments.rule is not None:
        names = {known.casefold().replace("-", " "): known for known in RULES}
        name = names.get(arguments.rule.replace("-", " ").casefold(), "")
        if name not in RULES:
            _refuse(f"there is no rule {did_you_mean(arguments.rule, RULES)}")
        alike = [rule for rule in lanes.values() if type(rule) is RULES[name]]
        rule = alike[0] if alike else RULES[name]()
        if not alike:
            given = {"learning_rate": scene.lanes[0].rule.learning_rate, **given}
    elif given:
        _refuse(f"{_option(next(iter(given)))} needs a rule: name one with --rule, or a lane that has one with --lane")
    else:
        return None
    known = names_of(type(rule))
    for name in given:
        if name not in known:
            _refuse(f"{rule_name(rule)} has no {_option(name)}; it has {', '.join(map(_option, known))}")
    hints: dict[str, Any] = {name: (hint, ...) for name, hint in hints_of(type(rule)).items() if name in given}
    try:
        create_model("Settings", **hints).model_validate(given)
    except ValidationError as error:
        name, problem = reason(given, error.errors()[0]).split(" ", 1)
        _refuse(f"{_option(name)} {problem}")
    return with_settings(rule, **given)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _refuse(sentence: str) -> NoReturn:
    parser().error(sentence)
    raise AssertionError  # It has left.


def _settings(rule: "Rule[Any] | None") -> dict[str, Any]:
    from dataclasses import asdict

    from ...descent.rules import rule_name

    return {"rule": "gradient flow"} if rule is None else {"rule": rule_name(rule), **asdict(rule)}


def _told(rule: "Rule[Any] | None") -> str:
    """The rule and its settings in words, but for options that are off."""
    from ...descent.rules import rule_name
    from ...descent.rules.protocol import settings_of

    if rule is None:
        return "gradient flow"
    settings = {key: f"{value:g}" if isinstance(value, float) else value for key, value in settings_of(rule).items()}
    return ", ".join([rule_name(rule), *(f"{key.replace('_', ' ')} {value}" for key, value in settings.items())])
