"""Accounts: logging in with settings that were found, and setting up mail programs with them."""
