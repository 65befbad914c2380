"""The command line, as `python -m` starts it."""

import sys

from .command.entry import main

if __name__ == "__main__":
    sys.exit(main())
