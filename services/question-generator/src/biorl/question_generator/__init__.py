"""Documents and effects in; verifiable questions out."""
