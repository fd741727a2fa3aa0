"""Which field of biology a question belongs to, and how a dataset gets the mix of fields of today's literature."""
