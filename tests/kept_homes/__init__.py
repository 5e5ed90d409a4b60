"""Small homes as each format of a home was left by the Conjoin that wrote it, and the story that each of them tells."""
