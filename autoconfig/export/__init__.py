"""A static tree of every document that a file can be, for any web server or CDN."""

from autoconfig.export.run import Summary, export

__all__ = ["Summary", "export"]
