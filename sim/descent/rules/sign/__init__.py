"""Rules that go by the signs of gradients: every step is as long."""
