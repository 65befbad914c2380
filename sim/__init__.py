"""Three Marbles: the simulation (surface, descent, scene) and the stage that shows it."""

import os

# Scene files are validated as they stand here; to look for plugins of pydantic would only cost time.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
