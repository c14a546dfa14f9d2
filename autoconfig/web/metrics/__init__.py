"""What happens, counted for all workers together, and told as Prometheus reads it."""

from autoconfig.web.metrics.counting import Count, Counted, counting
from autoconfig.web.metrics.meter import Meter

__all__ = ["Count", "Counted", "Meter", "counting"]
