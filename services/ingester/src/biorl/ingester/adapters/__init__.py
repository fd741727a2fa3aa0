"""The outside world of the ingester, one file a thing."""
