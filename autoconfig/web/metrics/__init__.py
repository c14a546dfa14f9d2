"""What happens, counted for all workers together, and told as Prometheus reads it."""

from autoconfig.web.metrics.counting import Counted
from autoconfig.web.metrics.meter import Meter

__all__ = ["Counted", "Meter"]
