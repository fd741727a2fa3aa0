"""One run on one machine: its folder, its configuration, its stages, its progress."""
