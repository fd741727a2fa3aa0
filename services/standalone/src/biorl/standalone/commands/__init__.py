"""What can be typed after `biorl`: one module a command group, each a thin layer over the packages beside it."""
