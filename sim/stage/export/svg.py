"""Panels as vector graphics, for papers: contours, trails and type that stay sharp at any size.

The file is an SVG 1.1 of plain elements and attributes, written by the standard library. It carries its
scene as a text in its first element, <metadata>.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import cast
from xml.etree.ElementTree import Element, SubElement, tostring

import contourpy
import numpy as np
from pygame import Rect

from ...descent.clock import UPDATES
from ...descent.problem import UNKNOWN, Problem
from ...descent.race import Race
from ...files import OutputError, whole_file
from ...scene import Scene
from ...surface.critical import CriticalPoint, Kind
from ...surface.points import Array
from ..drawing.camera import Camera, visible
from ..drawing.contours import encloses, losses, map_levels, rings
from ..drawing.ticks import multiples, round_step
from ..picture.terrain import MANY_MARKS, MOST_LABELS, SMALL_MARK
from ..picture.trail import TAIL, TONES, fading
from ..session.session import Session, carried_by
from ..style import text
from ..style.color import Color, mix
from ..style.numbers import evidence, settings, short
from ..style.style import stroke_of
from ..style.theme import Theme, load_theme
from .still import Size, lane_index, paused

FONTS = "Noto Sans, Noto Sans SC, Helvetica, Arial, DejaVu Sans, sans-serif"
MOST_DOTS = 100_000  # Of all trails together: larger files are of no use to anyone.
GRID = 256  # Nodes along the map's longer side.
EM = 14  # Height of the type, in units of the drawing.
MAP_WIDTH = 30  # Width of a map in ems, where no size is asked for,
FLATTEST, STEEPEST = 0.45, 1.2  # and its least and largest height over its width.
MOST_COLUMNS = 3
LEADING = 1.45  # From one line of type to the next, in ems.
HEADER = 4  # Lines above a map: name, settings, verdict, evidence.
SLACK = 0.9  # The share of the room that type may take: the reader's fonts may be wider than ours.
TICKS = 8  # About so many along the longer side.
TICK = 0.3  # Length, in ems.

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the panels of a figure stand; lengths are in units of the drawing."""

    size: Size
    maps: tuple[Rect, ...]

    @property
    def stroke(self) -> float:
        """Width of thin lines."""
        return stroke_of(EM)


def save_figure(
    scene: Scene,
    update: int,
    size: Size | None,
    theme: str,
    path: Path,
    *,
    scale: float = 1.0,
    lane: str | None = None,
    transparent: bool = False,
    clock: str = UPDATES,
) -> None:
    """Save the panels of the scene's race after `update` updates side by side as an SVG, or that of one lane alone.

    Without a size, the figure is as large as it takes. A scale enlarges everything alike; where `transparent`, the
    figure has no ground.

    Raises:
        SceneError: there is no such lane.
        OutputError: the way of the marbles is too long for an SVG, or the size too small for its panels, or the file
            cannot be written; nothing half-written is left.
    """
    lanes = range(len(scene.lanes)) if lane is None else (lane_index(scene, lane),)
    if (update + 1) * len(lanes) > MOST_DOTS:
        most = MOST_DOTS // len(lanes) - 1
        raise OutputError(f"{path}: an SVG has a dot for each update, so show one up to {most:,}, or save a PNG")
    sheet = arranged(len(lanes), scene.window.width / scene.window.height, size)
    session, race = paused(scene, update, theme, clock)
    content = figure(session, race, tuple(lanes), sheet, scale, transparent)
    with whole_file(path) as stream:
        stream.write(content)


def arranged(count: int, aspect: float, size: Size | None) -> Sheet:
    """A sheet for so many panels whose maps have about that aspect (width over height).

    Raises:
        OutputError: the size leaves no room for them.
    """
    gap, line = EM, LEADING * EM
    above, below, left = round(HEADER * line + 0.6 * EM), round(1.9 * EM), round(3.2 * EM)
    if size is None:
        columns = min(count, MOST_COLUMNS) if count != 4 else 2
        width = MAP_WIDTH * EM
        height = round(width * min(max(1 / aspect, FLATTEST), STEEPEST))
    else:
        sizes = {}
        for trial in range(1, count + 1):
            rows = -(-count // trial)
            sizes[trial] = (
                (size[0] - gap) // trial - left - gap,
                (size[1] - gap) // rows - above - below,
            )
        columns = max(sizes, key=lambda trial: min(sizes[trial][0], sizes[trial][1] * aspect))
        width, height = sizes[columns]
        if min(width, height) < 5 * EM:
            raise OutputError(f"{size[0]}x{size[1]} is too small for {count} panels with their type in an SVG")
    rows = -(-count // columns)
    across, down = left + width + gap, above + height + below
    maps = tuple(
        Rect(left + index % columns * across, gap + above + index // columns * down, width, height)
        for index in range(count)
    )
    return Sheet(size or (columns * across + gap, rows * down + gap), maps)


def figure(
    session: Session, race: Race, lanes: tuple[int, ...], sheet: Sheet, scale: float = 1.0, transparent: bool = False
) -> bytes:
    """The SVG of the session's moment, with the panels of these lanes; the same bytes for the same moment."""
    width, height = sheet.size
    theme = load_theme(session.theme, session.language)
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "xmlns:xlink": "http://www.w3.org/1999/xlink",
            "version": "1.1",
            "width": _number(scale * width),
            "height": _number(scale * height),
            "viewBox": f"0 0 {width} {height}",
            "font-family": FONTS,
        },
    )
    svg.text = "\n"
    _add(svg, "metadata", carried_by(session))
    _add(svg, "title", session.scene.texts(session.language).title)
    if not transparent:
        _add(svg, "rect", width=width, height=height, fill=theme.panel)
    area = sheet.maps[0]
    camera = Camera(session.focus or session.scene.window, area.width, area.height)
    clip = _add(_add(svg, "defs"), "clipPath", id="frame")
    _add(clip, "rect", width=area.width, height=area.height)
    for place, lane in zip(sheet.maps, lanes, strict=True):
        panel = _add(svg, "g", class_="panel", transform=f"translate({place.left} {place.top})")
        _add_header(panel, session, race, lane, theme, area.width)
        if place is area:
            _add_terrain(panel, race.problem, camera, theme, sheet.stroke)
            _add_caveat(panel, race.problem, theme, sheet)
        else:
            _add(panel, "use", xlink_href="#map")
        _add_lane(panel, session, race, lane, camera, theme, sheet.stroke)
        _add_axes(panel, camera, theme)
    return bytes(tostring(svg, encoding="utf-8", xml_declaration=True))


def _add_header(panel: Element, session: Session, race: Race, lane: int, theme: Theme, width: int) -> None:
    """Name, settings, verdict and evidence, in as many lines above the map."""
    scene, color = session.scene, theme.lane(lane)
    update = _moment(session, lane)
    verdict = race.judges[lane].verdict(update)
    line, room = LEADING * EM, int(SLACK * width)
    baselines = [(number - HEADER) * line + 0.7 * EM for number in range(HEADER)]
    _add(panel, "circle", class_="lane", cx=0.45 * EM, cy=baselines[0] - 0.38 * EM, r=0.42 * EM, fill=color)
    large = round(1.1 * EM)
    name = text.fitted(scene.texts(session.language).lanes[lane], large, room - round(1.3 * EM), bold=True)
    _add(panel, "text", name, x=1.3 * EM, y=baselines[0], font_size=large, font_weight="bold", fill=theme.text)
    details = text.fitted(settings(race.tracks[lane].lane, race.problem.train.count, theme), EM, room)
    _add(panel, "text", details, y=baselines[1], font_size=EM, fill=theme.muted)
    words = theme.say(verdict.kind.value)
    told = _add(panel, "text", class_="verdict", y=baselines[2], font_size=EM)
    _add(told, "tspan", words, font_weight="bold", fill=mix(color, theme.text, 0.35))
    since = theme.say("since update {update}", update=verdict.since)
    if verdict.since and text.width(words, EM, bold=True) + text.width(since, EM) + EM < room:
        _add(told, "tspan", since, dx=0.7 * EM, fill=theme.muted)
    pieces = [evidence(piece, theme) for piece in verdict.evidence]
    while len(pieces) > 1 and text.width(", ".join(pieces), EM) > room:
        pieces.pop()
    proof = text.fitted(", ".join(pieces), EM, room)
    _add(panel, "text", proof, class_="evidence", y=baselines[3], font_size=EM, fill=theme.muted)


def _add_caveat(panel: Element, problem: Problem, theme: Theme, sheet: Sheet) -> None:
    """That there may be more critical points, at the foot of the first map, if that may be."""
    if not problem.complete:
        width, height = sheet.maps[0].size
        words = text.fitted(theme.say(UNKNOWN), EM, int(SLACK * width))
        _add(panel, "text", words, class_="caveat", x=0.5 * EM, y=height - 0.5 * EM, font_size=EM, fill=theme.muted)


def _add_terrain(panel: Element, problem: Problem, camera: Camera, theme: Theme, stroke: float) -> None:
    """Bands between contours, contours, and critical points, as a group that other panels use again."""
    group = _add(panel, "g", id="map", clip_path="url(#frame)")
    longer = max(camera.width, camera.height)
    columns, rows = (max(2, GRID * side // longer) for side in (camera.width, camera.height))
    heights = losses(problem, camera.view.grid(columns, rows))
    step = np.array([camera.width / (columns - 1), -camera.height / (rows - 1)])
    contours = contourpy.contour_generator(
        z=np.ma.masked_invalid(heights),
        line_type=contourpy.LineType.Separate,
        fill_type=contourpy.FillType.OuterOffset,
    )

    def lines(level: float) -> list[Array]:
        return [np.asarray(line) * step + (0, camera.height) for line in contours.lines(level)]

    levels = map_levels(problem, camera)
    top = float(np.max(heights[np.isfinite(heights)], initial=-np.inf))

    def above(level: float) -> str:
        if not level < top:
            return ""
        polygons, offsets = cast(tuple[list[Array], list[list[int]]], contours.filled(level, np.inf))
        rims = (
            points[start:end] * step + (0, camera.height)
            for points, corners in zip(polygons, offsets, strict=True)
            for start, end in pairwise(corners)
        )
        return "".join(map(_path, rims))

    # Each band lies on the one below it: side by side, they would let the ground shine through between them.
    for number, level in enumerate([-np.inf, *levels.tolist()]):
        tint = mix(theme.low, theme.high, (number / max(len(levels), 1)) ** 0.8)
        if region := above(level):
            _add(group, "path", class_="band", d=region, fill=tint, fill_rule="evenodd")
    drawn = _add(group, "g", fill="none", stroke=theme.contour, stroke_width=0.8 * stroke, stroke_linejoin="round")
    for level in levels.tolist():
        if found := lines(level):
            _add(drawn, "path", class_="contour", d="".join(map(_path, found)))
    for minimum in problem.minima:
        center = camera.project(np.array(minimum.position))
        for level in rings(problem, minimum, levels):
            if found := [line for line in lines(level) if encloses(line, center)]:
                _add(drawn, "path", class_="ring", d="".join(map(_path, found)))
    _add_marks(group, problem, camera, theme, stroke)


def _add_marks(group: Element, problem: Problem, camera: Camera, theme: Theme, stroke: float) -> None:
    """The critical points, as the window marks them, and the numbers of the minima."""
    size = stroke if len(problem.critical) <= MANY_MARKS else SMALL_MARK * stroke
    marks = _add(group, "g", class_="critical", fill="none")
    for point in problem.critical:
        for color, width in ((theme.halo, 3.6 * size), (theme.mark, 1.6 * size)):
            _add_mark(marks, camera, point, size, color, width)
    if len(problem.minima) > MOST_LABELS:
        return
    labels = _add(group, "g", font_size=round(12 * stroke), font_weight="bold", stroke_linejoin="round")
    for number, minimum in enumerate(problem.minima, start=1):
        x, y = camera.project(np.array(minimum.position)).tolist()
        x, y = x + 7 * stroke, y - 4 * stroke
        _add(labels, "text", str(number), x=x, y=y, fill=theme.halo, stroke=theme.halo, stroke_width=2.4 * stroke)
        _add(labels, "text", str(number), x=x, y=y, fill=theme.mark)


def _add_mark(marks: Element, camera: Camera, point: CriticalPoint, stroke: float, color: Color, width: float) -> None:
    x, y = camera.project(np.array(point.position)).tolist()
    radius = 5 * stroke
    match point.kind:
        case Kind.MINIMUM:
            _add(marks, "circle", cx=x, cy=y, r=radius - 0.3 * stroke, stroke=color, stroke_width=width)
        case Kind.SADDLE:
            bars = zip(point.eigenvectors, (1.7 * radius, 0.9 * radius), strict=True)
            ends = [np.array([(-length * vx, length * vy), (length * vx, -length * vy)]) for (vx, vy), length in bars]
            _add(
                marks,
                "path",
                d="".join(_path(end + np.array((x, y))) for end in ends),
                stroke=color,
                stroke_width=width,
            )
        case Kind.MAXIMUM:
            corners = np.array([(0, -radius), (0.87 * radius, 0.5 * radius), (-0.87 * radius, 0.5 * radius)])
            _add(marks, "path", d=f"{_path(corners + np.array((x, y)))}Z", stroke=color, stroke_width=width)
        case Kind.DEGENERATE:
            _add(marks, "circle", cx=x, cy=y, r=0.5 * (radius + width) - 0.8 * stroke, fill=color)


def _add_lane(
    panel: Element, session: Session, race: Race, lane: int, camera: Camera, theme: Theme, stroke: float
) -> None:
    """The start flag, the way of the marble with a dot for each update, and the marble."""
    group = _add(panel, "g", clip_path="url(#frame)")
    track, color = race.tracks[lane], theme.lane(lane)
    frame = Rect(0, 0, camera.width, camera.height)
    points = visible(camera.project(track.theta[: _moment(session, lane) + 1]), frame)
    _add_flag(group, camera.project(np.array(race.start)), theme, stroke)
    _add_trail(group, points, fading(color, theme.high), stroke)
    x, y = points[-1].tolist()
    if frame.inflate(EM, EM).collidepoint(x, y):
        marble = _add(group, "g", class_="marble")
        _add(marble, "circle", cx=x, cy=y, r=7.5 * stroke, fill=theme.halo)
        _add(marble, "circle", cx=x, cy=y, r=6 * stroke, fill=color)
        shine = mix(color, (255, 255, 255), 0.55)
        _add(marble, "circle", cx=x - 2 * stroke, cy=y - 2 * stroke, r=1.6 * stroke, fill=shine)
    else:
        wedge = f"{_path(_wedge(points[-1], frame, stroke))}Z"
        _add(group, "path", class_="marble beyond", d=wedge, fill=color, stroke=theme.halo, stroke_width=stroke)


def _add_flag(group: Element, foot: Array, theme: Theme, stroke: float) -> None:
    pole = _path(foot + stroke * np.array([(0, 0), (0, -15)]))
    cloth = _path(foot + stroke * np.array([(0, -15), (9, -11.5), (0, -8)]))
    flag = _add(group, "g", class_="flag", stroke_linejoin="round")
    _add(flag, "path", d=pole, stroke=theme.halo, stroke_width=4 * stroke)
    _add(flag, "path", d=pole, stroke=theme.mark, stroke_width=1.5 * stroke)
    _add(flag, "path", d=f"{cloth}Z", fill=theme.mark, stroke=theme.mark, stroke_width=0.5 * stroke)


def _add_trail(group: Element, points: Array, tones: tuple[Color, ...], stroke: float) -> None:
    """The way through points (n, 2), from faint to strong along its last stretch, as the window has it."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))]).tolist()
    steps = [lengths[-1] - TAIL * stroke * (1 - tone / TONES) for tone in range(1, TONES)]
    ends = [0, *(bisect_right(lengths, step) for step in steps), len(points)]
    spans = [(tone, span) for tone, span in enumerate(pairwise(ends)) if span[1] > span[0]]
    trail = _add(group, "g", class_="trail", fill="none", stroke_linecap="round", stroke_linejoin="round")
    for tone, (first, last) in spans:
        if last > max(first, 1):
            way = _path(points[max(first - 1, 0) : last])
            line = mix(tones[tone], tones[0], 0.35)
            _add(trail, "path", class_="way", d=way, stroke=line, stroke_width=1.3 * stroke)
    for tone, (first, last) in spans:
        # Nothing but the round ends of a line without length.
        dots = "".join(f"M{_number(x)} {_number(y)}h0" for x, y in points[first:last].tolist())
        _add(trail, "path", class_="dots", d=dots, stroke=tones[tone], stroke_width=4.6 * stroke)


def _wedge(point: Array, frame: Rect, stroke: float) -> Array:
    """A triangle (3, 2) at the frame's edge that points to a marble out of sight."""
    center = np.array(frame.center, dtype=float)
    offset = point - center
    reach = np.max(np.abs(offset) / (frame.width / 2 - 12 * stroke, frame.height / 2 - 12 * stroke))
    along = offset / np.hypot(*offset) * 9 * stroke
    across = np.array([-along[1], along[0]])
    return np.asarray(center + offset / reach + [along, across - along, -across - along])


def _add_axes(panel: Element, camera: Camera, theme: Theme) -> None:
    """The frame around the map, and round numbers along its lower and left side."""
    width, height, view = camera.width, camera.height, camera.view
    axes = _add(panel, "g", class_="axes", font_size=0.86 * EM, fill=theme.muted)
    step = round_step(max(view.width, view.height) / TICKS)
    across, up = multiples(view.x0, view.x1, step), multiples(view.y0, view.y1, step)
    at = camera.project(np.array([(x, view.y0) for x in across])).tolist()
    ticks = []
    for value, (x, _) in zip(across, at, strict=True):
        ticks.append(f"M{_number(x)} {height}v{_number(TICK * EM)}")
        _add(axes, "text", short(round(value, 10)), x=x, y=height + 1.35 * EM, text_anchor="middle")
    at = camera.project(np.array([(view.x0, y) for y in up])).tolist()
    for value, (_, y) in zip(up, at, strict=True):
        ticks.append(f"M0 {_number(y)}h{_number(-TICK * EM)}")
        _add(axes, "text", short(round(value, 10)), x=-0.5 * EM, y=y + 0.3 * EM, text_anchor="end")
    frame = _add(axes, "g", fill="none", stroke=theme.muted, stroke_width=0.8 * stroke_of(EM))
    _add(frame, "path", d="".join(ticks))
    _add(frame, "rect", width=width, height=height)


def _moment(session: Session, lane: int) -> int:
    """How many updates the lane has made."""
    return session.scene.timing(session.clock).moment(lane, session.update)


def _path(points: Array) -> str:
    """Straight lines through points (n, 2); closed where the last is the first."""
    pairs = [f"{_number(x)} {_number(y)}" for x, y in points.tolist()]
    if len(pairs) > 2 and np.array_equal(points[0], points[-1]):
        return f"M{'L'.join(pairs[:-1])}Z"
    return f"M{'L'.join(pairs)}"


def _number(value: float) -> str:
    """A length to the hundredth, as short as it can be written."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def _add(parent: Element, tag: str, content: str = "", **attributes: object) -> Element:
    """A new last child; the names of its attributes have _ where SVG has -, and colours are triples."""
    child = SubElement(parent, tag)
    for name, value in attributes.items():
        child.set(_name(name), _value(value))
    child.text = content or ("\n" if tag in ("g", "defs", "clipPath") else None)
    child.tail = None if tag == "tspan" else "\n"
    return child


def _name(name: str) -> str:
    return "xlink:href" if name == "xlink_href" else name.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "#{:02x}{:02x}{:02x}".format(*value)
    return _number(value) if isinstance(value, int | float) else str(value)
