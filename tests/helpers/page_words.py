"""What pages say."""

from sim.descent.verdict.kinds import VerdictKind
from sim.stage.export.web.words import CLOCK_MENU, EVIDENCE, SAID, STATIC


def sentences() -> tuple[str, ...]:
    """All that a page says in the languages of the program, the scene's own words aside."""
    return (*SAID, *STATIC, *CLOCK_MENU.values(), *EVIDENCE, *(kind.words for kind in VerdictKind))
