"""A rule's formula with its running numbers: rows ← plans ← offers ← places ← formula."""
