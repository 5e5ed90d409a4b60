"""Tests, one folder for each part of the product; `house` tests the repository, `browser` the UI as people see it."""
