"""Views that are drawn once for all moments, with the map."""
