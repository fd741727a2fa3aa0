"""The outside world of the trainer: bus, run folder, policies, TRL, clients."""
