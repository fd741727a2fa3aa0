"""What a belief and a verdict are, and the arithmetic of the world models. Pure."""
