"""Rules that measure each axis by its own gradients."""
