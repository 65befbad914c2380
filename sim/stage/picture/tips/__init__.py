"""What the pointer rests on, told in a small box beside it."""
