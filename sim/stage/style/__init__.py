"""How all that is seen looks and reads: colours, type, languages, numbers, and the widths of strokes."""
