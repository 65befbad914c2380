"""What the user has asked for, as a value, and the messages that make another of it."""
