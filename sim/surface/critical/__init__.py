"""Critical points: what they are, how they are found, what lies at their bottom, and what is proved of them."""
