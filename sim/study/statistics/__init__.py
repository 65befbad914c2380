"""What many runs amount to: shares and means with their intervals, how they are told, and what charts of them show."""
