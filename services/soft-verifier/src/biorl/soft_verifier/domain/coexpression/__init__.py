"""Which genes are on in the same cells, more often than chance has it."""
