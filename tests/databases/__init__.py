"""Real database servers, each a plain process of nobody's own on a loopback port, with its files in a temporary folder."""
