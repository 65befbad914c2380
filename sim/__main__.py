"""The command line, as `python -m` starts it."""

import sys

try:
    from .command.entry import main
except KeyboardInterrupt:  # As later on, when signals are heeded.
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
