"""What stands around the maps: sentences, the strip of the tour, timeline, buttons."""
