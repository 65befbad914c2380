"""Many marbles at once over a map: which minimum each point leads to, and where a swarm is."""
