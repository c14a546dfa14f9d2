"""The steps of ``autoconfig setup``: what is asked, what is tried, what is written."""
