"""What is true of training runs: which questions are prompts, how answers are judged. Pure."""
