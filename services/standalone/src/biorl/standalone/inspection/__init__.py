"""Questions on a local web page: a person reads them beside their evidence, accepts, or rejects with a reason."""
