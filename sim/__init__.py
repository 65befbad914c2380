"""Three Marbles: the simulation (surface, descent, scene) and the stage that shows it."""
