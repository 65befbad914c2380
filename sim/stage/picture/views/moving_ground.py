"""The ground that moves: each marble stands on the loss that its next update descends."""

from ....descent.race import Race
from ....descent.track import Track
from ...drawing.canvas import Canvas
from ...style.cache import cached
from ...style.color import mix
from ...style.theme import Theme
from ...views import ViewName
from ..map.site import Shaken
from .context import ViewContext
from .words.sentences import draw_view_caption

LANDED = 0.45  # Of a movement, after which the ground goes over to the next batch's.


def draw_moving_ground(canvas: Canvas, context: ViewContext) -> None:
    """Say on which loss the marble stands."""
    if not context.goes_on:  # Then there is no next update.
        return
    theme, track, labelled = context.theme, context.track, ViewName.LABELS in context.views
    sentence, shorter = _said(track, len(track.batch(context.moment)), theme, labelled)
    color, others = mix(context.color, theme.text, 0.15), _all_said(context.race, theme, labelled)
    draw_view_caption(canvas, context, ViewName.MOVING_GROUND, sentence, color, shorter, others)


@cached
def _all_said(race: Race, theme: Theme, labelled: bool) -> list[tuple[str, str]]:
    """What is said in all lanes while their batches are whole."""
    return [_said(track, track.lane.batch_size, theme, labelled) for track in race.tracks]


def _said(track: Track, batch: int, theme: Theme, labelled: bool) -> tuple[str, str]:
    """On the loss of how large a batch a lane's marble stands, and the same in fewer words.

    labelled: whether numbers stand at critical points, which are those of another loss.
    """
    count, say = track.problem.train.count, theme.say
    if count == 1:
        return say("stands on the loss of the only example"), say("loss of the only example")
    if track.lane.sees_all(count):
        told = {"count": count}
        return say("stands on the loss of all {count} examples", **told), say("loss of all {count} examples", **told)
    told = {"count": batch, "all": count}
    shorter = say("loss of {count} of {all} examples", **told)
    if labelled:
        return say("stands on the loss of {count} of {all} examples; numbers are of all", **told), shorter
    return say("stands on the loss of {count} of {all} examples", **told), shorter


def shaken(track: Track, update: int, share: float, stride: int = 1) -> Shaken | None:
    """What a lane stands on after so many updates and such a part of the next movement; None if that stands still.

    Of so many by so many pixels one is computed.
    """
    if track.lane.sees_all(track.problem.train.count) or update >= track.updates:
        return None
    batch = track.batch(update).tobytes()
    coming = track.batch(update + 1).tobytes() if update + 1 < track.updates else batch
    over = max(share - LANDED, 0.0) / (1 - LANDED)
    return Shaken(batch, coming, over * over * (3 - 2 * over), stride)
