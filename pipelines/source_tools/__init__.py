"""Tools for whoever writes a source's YAML: try it on live data, draft it from live data, and its reference page."""
