"""The page for people: type an address, see the right settings, get them into the program in use."""

from autoconfig.web.pages.routes import pages

__all__ = ["pages"]
