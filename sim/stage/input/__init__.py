"""Keys, mouse and controls: what they say to a session."""
