"""What a reward is: verdicts, compositions, auxiliaries, and the arithmetic that joins them. Pure."""
