"""Bare Splink scripts that the product is measured against, each run as a process of its own."""
