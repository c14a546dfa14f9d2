"""Servers and zones as they answer, held against what is published."""
