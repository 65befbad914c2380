"""What all commands have in common: arguments, what is said and shown, and how the program ends."""
