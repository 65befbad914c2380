"""Odds of more seeds than fit into memory: planned, kept in a file, and counted as they come."""
