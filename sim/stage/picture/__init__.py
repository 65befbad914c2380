"""A moment of a race as a picture: maps, views over them, chart, timeline, words."""
