"""Who computes the jobs of a study."""

from collections.abc import Iterator, Sequence

from sim.study.ensemble import Job, Outcomes


def completed(jobs: Sequence[Job], workers: int | None = None) -> Iterator[tuple[int, Outcomes]]:
    """The jobs' places in the list with their outcomes, as they come, which may be in any order."""
    del workers
    for index, job in enumerate(jobs):
        yield index, job.run()
