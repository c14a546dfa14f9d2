"""What to say about providers and documents: the linter, and how each mail client reads a document."""
