"""Where to look at a surface of which nothing is known yet: square and rays ← ladder, lower and walls ← window."""

from .window import suggest_window as suggest_window
