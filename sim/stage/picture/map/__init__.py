"""What a lane's map shows: land from above or aslant, the way of a marble, and swarms."""
