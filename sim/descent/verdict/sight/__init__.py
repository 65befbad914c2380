"""What a judge sees of many runs: a module for each thing that there is to see."""
