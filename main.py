"""Three Marbles: why optimizers get stuck, and how they get out. The command line, from a checkout."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  Whichever Python was at hand may run this file.
    sys.exit("main.py: error: Python 3.11 or newer is needed, not {}.{}".format(*sys.version_info))

try:
    from sim.command.entry import main
except KeyboardInterrupt:  # As later on, when signals are heeded.
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
