"""A film of a race, without a window."""
# ruff: noqa: PLC0415

import argparse
import re
from contextlib import closing

from ..base.limits import LARGEST_SIZE, MOST_UPDATES, THEMES
from ..stage.export.limits import FASTEST, FASTEST_GIF, FILMS, LONGEST, SHORTEST
from . import COMMAND_LINE
from .console.arguments import (
    SMALLEST_SIZE,
    Parser,
    add_motion,
    add_scene,
    add_seed,
    add_shown,
    add_view,
    chosen_look,
    path_ending,
    quoted,
    size,
    whole_number,
)
from .console.progress import result_of
from .console.terminal import remark, show

USUAL_RATE = 20
KINDS = f"{', '.join(FILMS[:-1])} or {FILMS[-1]}"


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "record",
        """
Save a film of a race as the window would show it. No display is needed. The
file's ending chooses the format: .mp4 for slides and most uses, .webm for web
pages, .gif where only pictures are allowed, .webp for lossless web pages.
""",
        f"""
{COMMAND_LINE} record
{COMMAND_LINE} record --drama -o lesson.mp4
{COMMAND_LINE} record on-the-saddle -o saddle.gif --size 960x600
{COMMAND_LINE} record sharp-and-flat --to 1000 --seconds 15 --fps 60 --seed 7
{COMMAND_LINE} record ravine --from 20 --to 80 --seconds 10 --theme dark
{COMMAND_LINE} record --tilt 55 --show gradients -o noise.mp4
""",
    )
    add_scene(parser)
    _add_course(parser)
    parser.add_argument(
        "--size",
        type=size,
        default=(1280, 720),
        metavar="WxH",
        help="width and height in pixels, from {}x{} to {}x{}; an MP4 has even ones only, so an odd one loses its last "
        "row or column (default: 1280x720)".format(*SMALLEST_SIZE, *LARGEST_SIZE),
    )
    parser.add_argument("--theme", choices=THEMES, default="light", help="its colours (default: light)")
    add_motion(parser)
    add_view(parser)
    add_shown(parser)
    add_seed(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=path_ending(*FILMS),
        metavar="FILE",
        help=f"the film to write, replaced if it exists, with the ending {KINDS} (default: an MP4 named "
        "after the scene, with a number if that name is taken)",
    )
    return parser


def _add_course(parser: argparse.ArgumentParser) -> None:
    """From where to where it goes, and how fast."""
    parser.add_argument(
        "--from",
        dest="first",
        type=whole_number(0, MOST_UPDATES),
        default=0,
        metavar="U",
        help="the first update shown (default: 0)",
    )
    parser.add_argument(
        "--to",
        dest="last",
        type=whole_number(0, MOST_UPDATES),
        metavar="U",
        help=f"the last update shown, at most {MOST_UPDATES:,} (default: the scene's own last)",
    )
    parser.add_argument(
        "--seconds",
        type=seconds,
        metavar="S",
        help="how long it lasts; the updates are spread evenly (default: 20 updates a second, but at most 20 seconds)",
    )
    parser.add_argument(
        "--fps",
        type=whole_number(1, FASTEST),
        default=USUAL_RATE,
        metavar="F",
        help=f"frames a second, at most {FASTEST}, or {FASTEST_GIF} in a GIF (default: {USUAL_RATE})",
    )
    parser.add_argument(
        "--drama", action="store_true", help="slow down at the first updates, and briefly where something happens"
    )


def seconds(text: str) -> float:
    """A length of time."""
    plain = re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}", text)
    if not plain or not SHORTEST <= float(text) <= LONGEST:
        raise argparse.ArgumentTypeError(
            f"must be a number of seconds from {SHORTEST:g} to {LONGEST:g}, not {quoted(text)}"
        )
    return float(text)


def run(arguments: argparse.Namespace) -> None:
    """Draw and encode it."""
    from ..base.files import check_writable, free_path, named
    from ..scene.words import counted
    from ..stage import require_pygame_ce
    from .console.selection import chosen_view, compare, tell_of_boxes, tell_of_failures

    look = chosen_look(parser(), arguments)
    saved = chosen_view(arguments, arguments.scene)
    scene = saved.scene
    path = arguments.output or free_path(named(scene.name, ".mp4"))
    last = scene.updates if arguments.last is None else arguments.last
    if arguments.first > last:
        end = f"the last update of {scene.name}" if arguments.last is None else "--to"
        parser().error(f"--from {arguments.first:,} is after {end}, {last:,}")
    if path.suffix.lower() == ".gif" and arguments.fps > FASTEST_GIF:
        parser().error(f"argument --fps: a GIF shows at most {FASTEST_GIF} pictures a second, not {arguments.fps}")
    if arguments.drama and arguments.reduced_motion:
        parser().error("--drama and --reduced-motion cannot be combined")
    check_writable(path)
    require_pygame_ce()
    from ..stage.export.film import film, film_size
    from ..stage.picture.races import race

    made = film(
        scene,
        path,
        size=arguments.size,
        theme=arguments.theme,
        rate=arguments.fps,
        first=arguments.first,
        last=last,
        seconds=arguments.seconds,
        drama=arguments.drama,
        steady=arguments.reduced_motion,
        clock=arguments.clock or saved.clock,
        look=look,
    )
    with closing(made):  # Ctrl-C leaves what was there before.
        count = result_of(made)
    compare(saved, race(scene))
    tell_of_failures(race(scene))
    tell_of_boxes(scene)
    width, height = film_size(path, arguments.size)
    if (width, height) != arguments.size:
        remark(f"an MP4 has even sizes only: the film has {width}x{height} pixels")
    show(f"saved {path}: {counted(count, 'picture')}, {count / arguments.fps:g} s")
