"""Pure question writing: what a screen or a paper says, as questions with checkable answers. No clock, no transport."""
