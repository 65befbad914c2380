"""Files of rules that are typed: their code is run, which may take any time, and then their rules join the others."""

from dataclasses import dataclass

from ....foreign.rules_file import RulesError, RulesFile, join, run_rules
from ...session.setup import RulesFound


@dataclass(frozen=True, slots=True)
class RulesRun:
    """A file of rules has been run, if it can be; none of its rules has joined the others yet."""

    path: str
    """As it was typed."""
    file: RulesFile | None
    """None where it cannot be used."""
    refused: str = ""

    def joined(self) -> RulesFound:
        """Have its rules join the others; what there is to say to the session of that."""
        if self.file is None:
            return RulesFound(self.path, None, refused=self.refused)
        return RulesFound(self.path, self.file.rules, join(self.file))


def run(path: str) -> RulesRun:
    """What comes of running a file."""
    try:
        return RulesRun(path, run_rules(path.strip()))
    except RulesError as error:
        return RulesRun(path, None, str(error))
