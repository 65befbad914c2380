"""By what a lane's numbers are judged where nobody has said so: by what the scene is about."""

from typing import Literal

from ...descent.verdict.events import Escape
from ...descent.verdict.kinds import VerdictKind
from ...scene import Scene

Criterion = Literal["loss", "test", "escaped"]
"""By which of `CRITERIA` of `study.tuning.search` lanes are judged."""
ESCAPING = (*Escape, VerdictKind.STUCK, VerdictKind.STALLED)
"""What a scene asks about whose lesson is how one gets out of the basin or off the saddle where one begins."""


def usual_criterion(scene: Scene) -> Criterion:
    """One of CRITERIA: the share that escapes where the scene asks who does, or who does not; else the loss at last.

    >>> from three_marbles.scene import load_scene
    >>> usual_criterion(load_scene("local-minimum")), usual_criterion(load_scene("ravine"))
    ('escaped', 'loss')
    """
    question = scene.question
    return "escaped" if question is not None and question.on in ESCAPING else "loss"
