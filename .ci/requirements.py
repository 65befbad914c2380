"""Print what running and testing need, and what the extras that are named add.

It is `newest`, as it is listed, or `oldest`, exactly its bounds.
"""

import argparse
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=["newest", "oldest"])
    parser.add_argument("extra", nargs="*")
    arguments = parser.parse_args()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lines += [line for extra in arguments.extra for line in extras[extra]]
    print("\n".join(lines) if arguments.which == "newest" else "\n".join(lines).replace(">=", "=="))


if __name__ == "__main__":
    main()
