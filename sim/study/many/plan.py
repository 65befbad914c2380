"""The odds of a scene planned as a study in blocks of seeds, of which none has to stay in memory.

Whoever computes a block, and when, makes no difference. Blocks can be kept in a file, as those of a sweep are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...scene import Scene
from ..odds.odds import block_size
from ..sweep.sweep import PlannedWhole, SeedBlock, numbers_of
from ..work.ensemble import Job


@dataclass(frozen=True)
class Many(PlannedWhole):
    """Many seeds of all lanes of a scene."""

    scene: Scene
    seeds: int
    """From the scene's own seed on."""
    updates: int

    @property
    def kind(self) -> str:
        return "count"

    @property
    def words(self) -> Sequence[str]:
        return [self.scene.name, "odds"]

    @cached_property
    def blocks(self) -> tuple[SeedBlock, ...]:
        """All lanes of the first seeds first; of a lane in which there is no chance, one seed stands for all."""
        return tuple(self._block(lane, *part) for part, lanes in self._parts() for lane in lanes)

    def _parts(self) -> list[tuple[tuple[int, int], list[int]]]:
        """Some seeds, the first and how many, and the lanes in which they are computed together."""
        chance = [lane.chance(self.scene.examples.count) for lane in self.scene.lanes]
        first, size = self.scene.seed, block_size(self.seeds, self.updates)
        together = [lane for lane, has in enumerate(chance) if has]
        return [
            ((first, 1), [lane for lane, has in enumerate(chance) if not has]),
            *(((first + at, min(size, self.seeds - at)), together) for at in range(0, self.seeds, size)),
        ]

    def _block(self, lane: int, first: int, count: int) -> SeedBlock:
        return SeedBlock(lane, Job(self.scene.experiment, lane, first, count, self.updates))

    def description(self) -> dict[str, Any]:
        return {
            "study": self.kind,
            **numbers_of(self.scene),
            "lanes": [lane.name for lane in self.scene.lanes],
            "first_seed": self.scene.seed,
            "seeds": self.seeds,
            "updates": self.updates,
        }

    def places_of(self, lane: int) -> list[int]:
        """The places of a lane's blocks, in the order of their seeds."""
        return [place for place, block in enumerate(self.blocks) if block.case == lane]

    def certain(self, lane: int) -> bool:
        """Whether one seed of it stands for all."""
        return not self.scene.lanes[lane].chance(self.scene.examples.count)
