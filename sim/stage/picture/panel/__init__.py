"""One lane: its frame and words, its course on the map, its sliders; and all lanes together on one map."""
