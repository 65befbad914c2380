"""Three Marbles: the simulation (surface, descent, scene), what is counted of it (study), and the stage that shows it.

In a checkout this package is called `sim`; installed, it is `three_marbles`.
"""

from .version import VERSION

__version__ = VERSION
