"""What has become of a marble: a verdict with its evidence.

Verdicts are causal. The one at moment u follows from the run up to u and from nothing later, so a
live run, a replay and a film say the same.
"""

from dataclasses import dataclass

from .kinds import VerdictKind
from .kinds.evidence import Facts, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Facts):
    """A verdict at one moment, with its evidence."""

    kind: VerdictKind
    since: int
    """The update at which it became true."""

    @property
    def sentence(self) -> str:
        """The verdict and its evidence in words."""
        evidence = ", ".join(self.evidence)
        return f"{self.kind.words}: {evidence}" if evidence else self.kind.words

    @property
    def evidence(self) -> tuple[str, ...]:
        """What speaks for it in English, the most telling first."""
        return tuple(part.english for part in self.parts)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What speaks for it, as it can be said in every language."""
        return self.kind.told(self)
