"""The outside world of the question generator, one file a thing."""
