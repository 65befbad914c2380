"""What the user does with keys and mouse, and the deeds that it asks for."""
