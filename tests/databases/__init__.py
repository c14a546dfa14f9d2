"""Real database servers: plain processes on loopback ports, of an account that owns nothing else."""
