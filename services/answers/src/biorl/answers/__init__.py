"""Typed answers: extract one from a completion and compare it with gold."""
