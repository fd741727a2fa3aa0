"""What stands between calls and a verifier: loading, memory, batches across calls, a canary, a newer version."""
