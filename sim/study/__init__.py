"""How often it happens: many seeds, many settings, and what an update costs."""
