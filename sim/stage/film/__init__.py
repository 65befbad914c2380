"""Films: of a race, drawn without a display, and of what one sees in the window."""

from sim.stage.film.films import film
from sim.stage.film.recorder import ENCODERS, Recorder, film_size

__all__ = ["ENCODERS", "Recorder", "film", "film_size"]
