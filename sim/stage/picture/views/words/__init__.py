"""Words on maps: rows of sentences at the upper left, and where others cover least of what is to be seen."""
