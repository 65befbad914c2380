"""What an update costs on this computer."""
