"""The web service: documents for mail clients, a page for people, and what operators need."""

from autoconfig.web.app import create_app

__all__ = ["create_app"]
