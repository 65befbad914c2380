"""The commands that compute much: many seeds, many starts, many values, the cost of an update."""
