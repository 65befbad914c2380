"""The ground that moves: each marble stands on the loss that its next update descends."""

from ....descent.track import Track
from ...drawing.canvas import Canvas
from ...session.session import MOVING_GROUND
from ...style.color import mix
from ..map.site import Shaken
from .context import ViewContext, draw_view_caption

LANDED = 0.45  # Of a movement, after which the ground goes over to the next batch's.


def draw_moving_ground(canvas: Canvas, context: ViewContext) -> None:
    """Say on which loss the marble stands."""
    theme, count = context.theme, context.problem.train.count
    if not context.goes_on:  # Then there is no next update.
        return
    color = mix(context.color, theme.text, 0.15)
    if count == 1:
        sentence, shorter = theme.say("stands on the loss of the only example"), theme.say("loss of the only example")
    elif context.track.lane.sees_all(count):
        sentence = theme.say("stands on the loss of all {count} examples", count=count)
        shorter = theme.say("loss of all {count} examples", count=count)
    else:
        batch = context.track.batch(context.moment)
        sentence = theme.say("stands on the loss of {count} of {all} examples", count=len(batch), all=count)
        shorter = theme.say("loss of {count} of {all} examples", count=len(batch), all=count)
    draw_view_caption(canvas, context, MOVING_GROUND, sentence, color, shorter)


def shaken(track: Track, update: int, share: float, step: int = 1) -> Shaken | None:
    """What a lane stands on after so many updates and such a part of the next movement; None if that stands still.

    Of so many by so many pixels one is computed.
    """
    if track.lane.sees_all(track.problem.train.count) or update >= track.updates:
        return None
    batch = track.batch(update).tobytes()
    coming = track.batch(update + 1).tobytes() if update + 1 < track.updates else batch
    over = max(share - LANDED, 0.0) / (1 - LANDED)
    return Shaken(batch, coming, over * over * (3 - 2 * over), step)
