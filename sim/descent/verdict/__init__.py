"""What is to be said of a run: blocks ← sight ← kinds ← judge, for many marbles at once or along one track."""
