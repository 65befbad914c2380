"""The numbers of the tour: how each is measured, and how it is told."""
