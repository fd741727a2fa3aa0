"""`biorl inspect`: questions on a local page, read beside their evidence, and what a reader decides about them."""
