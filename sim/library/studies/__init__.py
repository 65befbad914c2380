"""What is computed of many marbles, as Python has it: odds, sweeps, searches and maps of basins."""
