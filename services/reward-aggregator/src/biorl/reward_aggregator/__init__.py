"""Verdicts in; one reward for each completion out."""
