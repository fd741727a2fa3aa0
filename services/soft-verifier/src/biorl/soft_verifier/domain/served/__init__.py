"""Models that others serve: what to ask them, and how to read what they answer."""
