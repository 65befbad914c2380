"""A loss surface seen aslant, as a block of land: its heights, its picture, and what lies and rolls on it."""
