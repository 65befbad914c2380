"""What the command line can do, a module a command.

Each has `parser()`, the arguments it takes, and `run(arguments)`, which does it. Modules import what a
command needs when it runs, so that no command waits for another's libraries, and --help for none: only that of basins
has the rules in it, whose settings are its options.
"""

COMMANDS = {
    "tour": "go through a lecture's thirteen claims, step by step",
    "screenshot": "save a picture of a race, without a window",
    "record": "save a film of a race, without a window",
    "page": "save a race as a page for a browser",
    "run": "run a race without a picture: verdicts, evidence, events",
    "basins": "draw which minimum a marble ends in, by where it starts",
    "cost": "measure what an update costs, by batch size",
    "odds": "run many seeds, and report how often each outcome occurs",
    "sweep": "vary numbers of a scene, and chart the outcomes",
    "tune": "find each lane's best settings, and compare the lanes",
    "check": "test an update rule of your own, in a file",
    "show": "print the scene that a picture, film or page carries",
    "scenes": "list the scenes",
}
"""The commands' names, which are those of their modules, and what each is for. No name: the window."""

STUDIES = ("basins", "cost", "odds", "sweep", "tune")
"""The commands whose modules stand in the folder `studies`."""


def module_of(command: str) -> str:
    """Where a command's module stands, as seen from here."""
    return f".studies.{command}" if command in STUDIES else f".{command}"


INSTALLED = __name__ != "sim.command"
"""Whether this is the installed package; in a checkout, `main.py` stands in for the command."""
PROGRAM = "three-marbles" if INSTALLED else "main.py"
"""What the program calls itself."""
COMMAND_LINE = PROGRAM if INSTALLED else f"python {PROGRAM}"
"""What one types to start it."""
