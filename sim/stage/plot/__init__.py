"""Figures of study results, drawn in the program's own style."""
