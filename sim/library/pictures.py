"""Pictures and films of a race, as images and as files."""

import base64
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from html import escape
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

from ..base.languages import ENGLISH, LANGUAGES
from ..base.limits import LEAST_TILT, MOST_TILT, MOST_UPDATES
from ..scene import MOST_LANES, OPENING, Scene
from ..stage.export.limits import FASTEST, FASTEST_GIF, FILMS, LONGEST, PICTURES, SHORTEST
from .lanes import Added
from .mistakes import (
    UseError,
    file_path,
    known_name,
    known_theme,
    number,
    one_of,
    picture_size,
    shown,
    truth,
    whole_number,
)
from .races import Race
from .scenes import SceneLike, resolve_scene, updates_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

    from ..stage.views import ViewName

USUAL_SIZE, USUAL_FILM = (1600, 900), (1280, 720)

Size = tuple[int, int]
Look = Literal["map", "relief"] | None


class FigureOptions(TypedDict, total=False):
    """What may be asked of a figure besides its scene and path, as `figure` tells it."""

    update: int | None
    seed: int | None
    rules: "Mapping[str, Added] | None"
    start: Any
    size: Size
    scale: float
    theme: str
    language: str
    view: Look
    tilt: float | None
    yaw: float | None
    together: bool | None
    views: Iterable[str] | None
    profile: bool
    numbers: bool
    lane: str | None
    transparent: bool


@overload
def figure(scene: SceneLike = ..., path: None = None, **options: Unpack[FigureOptions]) -> "Image": ...


@overload
def figure(scene: SceneLike, path: str | PathLike[str], **options: Unpack[FigureOptions]) -> Path: ...


def figure(
    scene: SceneLike = OPENING,
    path: str | PathLike[str] | None = None,
    *,
    update: int | None = None,
    seed: int | None = None,
    rules: "Mapping[str, Added] | None" = None,
    start: Any = None,
    size: Size = USUAL_SIZE,
    scale: float = 1.0,
    theme: str = "light",
    language: str = ENGLISH,
    view: Look = None,
    tilt: float | None = None,
    yaw: float | None = None,
    together: bool | None = None,
    views: Iterable[str] | None = None,
    profile: bool = False,
    numbers: bool = False,
    lane: str | None = None,
    transparent: bool = False,
) -> "Image | Path":
    """A moment of a race as the window would show it: an image, or where a path is given, a PNG or SVG file there.

    The file carries its scene, and opens the very race again, unless a rule or surface is none of the program's own.

    scene: as for `race`, or a race that was run; seed, rules, start: as for `race`.
    update: which moment; the last one, if none is given.
    size, scale: width and height in pixels, and how many pixels of the picture there are to each of these.
    theme, language: "light" or "dark", and a code of LANGUAGES.
    view: "map" or "relief", land aslant, by `tilt` and `yaw` degrees; as the scene has it, if none is given.
    together: whether all marbles run on one map.
    views: which views are shown, instead of the usual ones, by their names such as "gradients" or "momentum".
    profile, numbers: whether the profile of the loss is shown, and all numbers.
    lane: the name of one that fills the picture.
    transparent: whether there is no ground.

    Raises:
        UseError: something is asked for wrongly.
        SceneError: there is no such scene or lane.
        OutputError: the file cannot be written.

    >>> figure("ravine", update=20, size=(640, 400)).size
    (640, 400)
    """
    from ..stage import require_pygame_ce  # noqa: PLC0415  Who asks for arrays needs no stage.

    require_pygame_ce()
    from ..base.files import check_writable  # noqa: PLC0415
    from ..stage.export.looks import Look as Shown  # noqa: PLC0415
    from ..stage.export.still import keep_race, picture, screenshot  # noqa: PLC0415

    wanted = None if path is None else file_path("path", path)
    if wanted is not None and wanted.suffix.lower() not in PICTURES:
        raise UseError(f"a picture's file ends in .png or .svg, not as {wanted.name} does")
    meant, last, known = _meant(scene, seed, rules, start)
    seen = _seen(meant, view, tilt, yaw, together)
    moment = last if update is None else whole_number("update", update, 0, MOST_UPDATES)
    chosen_views, spoken = None if views is None else _views(views), one_of("language", language, LANGUAGES)
    look = Shown(chosen_views, profile=truth("profile", profile), numbers=truth("numbers", numbers), language=spoken)
    bare, alone = truth("transparent", transparent), _lane(lane)
    pixels, tone, factor = picture_size(size), known_theme(theme), _scale(scale)
    if wanted is not None:
        check_writable(wanted)
    if known is not None and known.scene == seen:
        keep_race(seen, known.running())
    if wanted is None:
        return picture(seen, moment, pixels, tone, scale=factor, lane=alone, transparent=bare, look=look)
    screenshot(seen, moment, pixels, tone, wanted, scale=factor, lane=alone, transparent=bare, look=look)
    return wanted


def film(
    scene: SceneLike = OPENING,
    path: str | PathLike[str] | None = None,
    *,
    seed: int | None = None,
    rules: "Mapping[str, Added] | None" = None,
    start: Any = None,
    first: int = 0,
    last: int | None = None,
    seconds: float | None = None,
    fps: int = 20,
    size: Size = USUAL_FILM,
    theme: str = "light",
    view: Look = None,
    tilt: float | None = None,
    yaw: float | None = None,
    together: bool | None = None,
    drama: bool = False,
    reduced_motion: bool = False,
) -> Path:
    """Film a race: an MP4, GIF, WebM or WebP, by the ending of its path; an MP4 of the scene's name if none is given.

    scene, seed, rules, start, size, theme, view, tilt, yaw, together: as for `figure`.
    first, last: from which update to which; to the scene's last, if none is given.
    seconds, fps: how long it lasts (20 updates a second, 20 seconds at most, if None), and pictures a second.
    drama: whether it is slow at the first updates, and for an instant where something happens.
    reduced_motion: whether nothing glides or grows.

    Raises:
        UseError: something is asked for wrongly.
        SceneError: there is no such scene.
        OutputError: the file cannot be written; nothing half-written is left.

    >>> film("ravine", "ravine.gif", last=20, size=(320, 240))  # doctest: +SKIP
    PosixPath('ravine.gif')
    """
    from ..base.files import free_path, named  # noqa: PLC0415
    from ..stage import require_pygame_ce  # noqa: PLC0415

    require_pygame_ce()
    from ..stage.export.film import film as filmed  # noqa: PLC0415
    from ..stage.export.still import keep_race  # noqa: PLC0415
    from ..study.work.steps import finished  # noqa: PLC0415

    meant, end, known = _meant(scene, seed, rules, start)
    seen = _seen(meant, view, tilt, yaw, together)
    wanted = free_path(named(seen.name, ".mp4")) if path is None else file_path("path", path)
    kind = wanted.suffix.lower()
    if kind not in FILMS:
        raise UseError(f"a film's file ends in {', '.join(FILMS[:-1])} or {FILMS[-1]}, not as {wanted.name} does")
    to = end if last is None else whole_number("last", last, 0, MOST_UPDATES)
    begin = whole_number("first", first, 0, to)
    rate = whole_number("fps", fps, 1, FASTEST_GIF if kind == ".gif" else FASTEST)
    slow, steady = truth("drama", drama), truth("reduced_motion", reduced_motion)
    if slow and steady:
        raise UseError("drama slows time down, which reduced_motion is not to do: leave one of them out")
    length = None if seconds is None else number("seconds", seconds, SHORTEST, LONGEST)
    if known is not None and known.scene == seen:
        keep_race(seen, known.running())
    made = filmed(
        seen,
        wanted,
        size=picture_size(size),
        theme=known_theme(theme),
        rate=rate,
        first=begin,
        last=to,
        seconds=length,
        drama=slow,
        steady=steady,
    )
    with closing(made):
        finished(made)
    return wanted


def window(
    scene: SceneLike = OPENING,
    *,
    seed: int | None = None,
    rules: "Mapping[str, Added] | None" = None,
    start: Any = None,
    scale: float | None = None,
    theme: str = "light",
    language: str = ENGLISH,
) -> None:
    """Open the window on a race, and wait until its user closes it.

    scene: as for `race`, or a race that was run; seed, rules, start: as for `race`.
    scale: how large type and strokes are, over the usual size; what suits the desktop, if none is given.
    theme, language: how it looks and reads at first.

    Raises:
        SceneError: there is no such scene.
        UseError: something is asked for wrongly, or there is no display.

    >>> from three_marbles.descent.rules.sign.lion import Lion
    >>> window("ravine", rules={"mine": Lion(learning_rate=0.01)})  # doctest: +SKIP
    """
    meant = resolve_scene(scene, seed=seed, rules=rules, start=start)
    known_theme(theme)
    one_of("language", language, LANGUAGES)
    factor = None if scale is None else _scale(scale)
    from ..scene.reading import Saved  # noqa: PLC0415  Who draws waits for what draws.
    from ..stage.window.display import NoDisplay  # noqa: PLC0415
    from ..stage.window.opening import open_window  # noqa: PLC0415

    try:
        open_window(lambda: Saved(meant), scale=factor, theme=theme, language=language)
    except NoDisplay as error:
        raise UseError(str(error)) from None


def png(race: Race, size: Size) -> bytes:
    """The picture of a race's end, as a PNG file's bytes."""
    return png_of(figure(race, size=size))


def playing(race: Race, size: Size) -> str:
    """A race as markup for a notebook: the page that plays it, or where that is too large its end, and why."""
    from ..stage import require_pygame_ce  # noqa: PLC0415  Who asks for arrays needs no stage.

    require_pygame_ce()
    from ..descent.clock import UPDATES  # noqa: PLC0415
    from ..stage.export.web.frame import LARGEST_FRAME, framed  # noqa: PLC0415
    from ..stage.export.web.race import Span  # noqa: PLC0415

    found = framed(Span(race.scene, race.running(), UPDATES, race.updates))
    if found is not None:
        return found
    why = f"A page that plays this race would have more than {LARGEST_FRAME >> 20} MB: this is its last moment."
    image = base64.b64encode(png(race, size)).decode("ascii")
    return f'<p>{why}</p><img alt="{escape(repr(race))}" src="data:image/png;base64,{image}">'


def png_of(image: "Image") -> bytes:
    """An image as a PNG file's bytes."""
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _meant(
    scene: SceneLike, seed: int | None, rules: "Mapping[str, Added] | None", start: Any
) -> tuple[Scene, int, Race | None]:
    """The scene that is to be seen, up to which update, and its race if that was run."""
    known = scene if isinstance(scene, Race) else None
    meant = resolve_scene(scene, seed=seed, rules=rules, start=start)
    if len(meant.lanes) > MOST_LANES:
        raise UseError(f"a picture has room for {MOST_LANES} lanes, not {len(meant.lanes)}")
    return meant, known.updates if known else updates_of(meant, None), known


def _seen(scene: Scene, view: Look, tilt: float | None, yaw: float | None, together: bool | None) -> Scene:
    """The scene as it is to be looked at; tilted or turned, it is land."""
    wanted = scene.view
    if view is not None:
        wanted = replace(wanted, kind=one_of("view", view, ("map", "relief")))  # type: ignore[arg-type]
    if tilt is not None or yaw is not None:
        wanted = replace(
            wanted,
            kind="relief",
            tilt=wanted.tilt if tilt is None else _angle("tilt", tilt, LEAST_TILT, MOST_TILT),
            yaw=wanted.yaw if yaw is None else _angle("yaw", yaw, -180.0, 180.0),
        )
    if together is not None:
        wanted = replace(wanted, maps="together" if truth("together", together) else "apart")
    return scene if wanted == scene.view else replace(scene, view=wanted)


def _angle(name: str, degrees: Any, least: float, most: float) -> float:
    return number(name, degrees, least, most, " of degrees")


def _scale(scale: Any) -> float:
    return number("scale", scale, 0.25, 16)


def _lane(name: Any) -> str | None:
    """The name of a lane, which the scene may have or not."""
    if name is not None and not isinstance(name, str):
        raise UseError(f"lane must be the name of a lane, not {shown(name)}")
    return name


def _views(wanted: Iterable[str]) -> "frozenset[ViewName]":
    from ..stage.views import ViewName  # noqa: PLC0415

    if not isinstance(wanted, Iterable):
        raise UseError(f'views must be a list of names, such as ["gradients", "momentum"], not {shown(wanted)}')
    names = [wanted] if isinstance(wanted, str) else wanted
    return frozenset(ViewName(known_name("view", name, tuple(ViewName))) for name in names)
