"""Data that biorl can work on: where it is published, under which terms, and whether what lies here is what it was."""
