"""The outside world of the ingester: file formats, the bus, the ledger's SQLite file, the object folder, metrics."""
