"""The WSGI application for gunicorn and others: ``gunicorn wsgi:app``."""

from autoconfig.web import create_app

app = create_app()
