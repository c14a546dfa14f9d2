"""The ways programs look, each in a file."""
