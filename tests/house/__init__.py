"""The repository itself: its commands, its lock, its wheel, its documents, the direction of its imports."""
