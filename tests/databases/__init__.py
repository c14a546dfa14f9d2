"""Real database servers: plain processes of an account that owns nothing, on loopback ports, in temporary folders."""
