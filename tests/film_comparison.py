"""The film of the opening scene, made here and by matplotlib's FuncAnimation, pictures a second side by side.

It needs matplotlib and imageio-ffmpeg, which the project does not: use an environment of its own.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"

import numpy as np

from sim.descent.race import Race
from sim.scene import OPENING, Scene, load_scene
from sim.scene.view import USUAL_VIEW
from sim.stage.export.film import film

PICTURES, ROUNDS, RATE = 201, 3, 20
WIDTH, HEIGHT, DPI = 1280, 720, 100
LEVELS = 18


def by_funcanimation(scene: Scene, path: Path) -> None:
    """Maps with contours, trails and marbles, live numbers, and the loss chart, as its documentation makes films."""
    import imageio_ffmpeg  # noqa: PLC0415
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    from matplotlib import pyplot as plt  # noqa: PLC0415
    from matplotlib.animation import FuncAnimation  # noqa: PLC0415

    race = _race(scene)
    figure = plt.figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, layout="constrained")
    lanes = [lane.name for lane in scene.lanes]
    axes = figure.subplot_mosaic([lanes, ["loss"] * len(lanes)], height_ratios=[3, 1])
    grid = scene.window.grid(200, 200)
    heights = race.problem.train.value(grid)
    drawn = []
    for color, (name, track) in enumerate(zip(lanes, race.tracks, strict=True)):
        axes[name].contourf(grid[..., 0], grid[..., 1], heights, LEVELS, cmap="Blues_r", alpha=0.4)
        axes[name].contour(grid[..., 0], grid[..., 1], heights, LEVELS, linewidths=0.5)
        axes[name].set_title(name)
        (trail,) = axes[name].plot([], [], ".-", color=f"C{color}", lw=1, ms=2)
        (marble,) = axes[name].plot([], [], "o", color=f"C{color}", ms=9)
        (curve,) = axes["loss"].plot([], [], color=f"C{color}")
        drawn.append((track, trail, marble, curve, axes[name].set_xlabel(" ")))
    losses = np.concatenate([track.loss for track in race.tracks])
    axes["loss"].set(xlim=(0, scene.updates), ylim=(losses.min() - 0.1, losses.max() + 0.1))
    title = figure.suptitle(" ")
    figure.canvas.draw()
    figure.set_layout_engine("none")  # Laid out once, not for every picture.

    def draw(update: int) -> None:
        for track, trail, marble, curve, label in drawn:
            trail.set_data(*track.theta[: update + 1].T)
            marble.set_data(*track.theta[update : update + 1].T)
            curve.set_data(np.arange(update + 1), track.loss[: update + 1])
            label.set_text(f"L = {track.loss[update]:.4f}, verdict: {_verdict(race, track.lane.name, update)}")
        title.set_text(f"update {update}")

    updates = np.linspace(0, scene.updates, PICTURES).round().astype(int).tolist()
    FuncAnimation(figure, draw, frames=updates).save(path, writer="ffmpeg", fps=RATE)
    plt.close(figure)


def by_this_program(scene: Scene, path: Path) -> None:
    """The same moments, as `main.py record` makes them."""
    list(film(scene, path, size=(WIDTH, HEIGHT), theme="light", rate=RATE, seconds=PICTURES / RATE))


def _race(scene: Scene) -> Race:
    race = scene.race()
    race.extend(scene.updates)
    return race


def _verdict(race: Race, name: str, update: int) -> str:
    (judge,) = (judge for judge in race.judges if judge.track.lane.name == name)
    return str(judge.verdict(update).kind.words)


def _rate(make: Callable[[Scene, Path], None], scene: Scene, path: Path) -> float:
    begun = time.perf_counter()
    make(scene, path)
    return PICTURES / (time.perf_counter() - begun)


def main() -> None:
    """Measure in turns, and print the medians."""
    scene = replace(load_scene(OPENING), view=USUAL_VIEW)
    rates: dict[str, list[float]] = {"FuncAnimation": [], "Three Marbles": []}
    with TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            rates["FuncAnimation"].append(_rate(by_funcanimation, scene, Path(folder) / "a.mp4"))
            rates["Three Marbles"].append(_rate(by_this_program, scene, Path(folder) / "b.mp4"))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    sys.stdout.write(f"{PICTURES} pictures of {WIDTH}x{HEIGHT} drawn and encoded as MP4, medians of {ROUNDS} rounds:\n")
    for name, median in medians.items():
        sys.stdout.write(f"{name}: {median:.1f} pictures/s\n")
    sys.stdout.write(f"ratio: {medians['Three Marbles'] / medians['FuncAnimation']:.0f}\n")


if __name__ == "__main__":
    main()
