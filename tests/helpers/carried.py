"""A small file of every kind that carries a scene."""

from html import escape
from pathlib import Path

import pygame

from sim.base.files import whole_file
from sim.scene import load_scene
from sim.scene.carriers import CARRIERS, CARRYING_META, sealed
from sim.scene.reading import Saved
from sim.scene.saving import saved_text
from sim.stage.export.film import ENCODERS, Recorder
from sim.stage.export.png import save_png

SAVED = Saved(load_scene("on-the-saddle"), 7)
SIZE = (64, 48)

KINDS = tuple(CARRIERS)


def save(path: Path, text: str | None = None) -> None:
    """Write a file of the kind that its ending says; it carries SAVED, or that text."""
    text = sealed(saved_text(SAVED)) if text is None else text
    kind = path.suffix.lower()
    if kind == ".svg":
        with whole_file(path) as stream:
            stream.write(f"<svg><metadata>{escape(text)}</metadata><g/></svg>".encode())
    elif kind == ".html":
        with whole_file(path) as stream:
            stream.write(
                f'<!DOCTYPE html><title>x</title><meta name="{CARRYING_META}" content="{escape(text)}">'.encode()
            )
    elif kind in ENCODERS:
        with Recorder(path, SIZE, 10, text) as film:
            for shade in (10, 200):
                picture = pygame.Surface(SIZE, depth=32)
                picture.fill((shade, 0, 0))
                film.add(picture)
    else:
        save_png(pygame.Surface(SIZE, depth=32), path, text)
