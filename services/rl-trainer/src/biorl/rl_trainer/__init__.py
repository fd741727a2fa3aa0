"""Questions and rewards in; a trained policy and its evaluation out."""
