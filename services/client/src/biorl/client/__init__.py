"""What a user installs: a typed client of verifier and reward service, and adaptors for RL frameworks."""
