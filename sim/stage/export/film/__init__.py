"""Films: of a race, drawn without a display, and of what one sees in the window."""

from .films import film
from .recorder import ENCODERS, Recorder, film_size

__all__ = ["ENCODERS", "Recorder", "film", "film_size"]
