"""The fair comparison: for each lane the best of its numbers, looked for on some seeds and told of others."""
