"""Training: everything that a bundle learns from records and from labelled pairs."""
