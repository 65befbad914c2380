"""Work that lets others go first, such as a window that is to be drawn meanwhile."""

import os
from dataclasses import dataclass

from .ensemble import Job, Outcomes

NICENESS = 10  # Of the process that does it, where the system knows such a thing.


@dataclass(frozen=True, slots=True)
class LowPriority:
    """A job that lets others go first."""

    job: Job

    @property
    def marble_updates(self) -> int:
        """How many updates of how many marbles the job computes, multiplied."""
        return self.job.marble_updates

    def run(self) -> Outcomes:
        """Compute it, with little claim on the processor."""
        if hasattr(os, "nice") and os.nice(0) < NICENESS:
            os.nice(NICENESS - os.nice(0))
        return self.job.run()
