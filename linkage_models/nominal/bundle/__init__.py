"""The model bundle: a versioned folder with everything that decides a pair's weight."""

from linkage_models.nominal.bundle.bundle import SHIPPED, Bundle, content_version, latest

__all__ = ["SHIPPED", "Bundle", "content_version", "latest"]
