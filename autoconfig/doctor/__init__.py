"""What each mail program will make of a domain, and what to mend: ``autoconfig check``."""

from autoconfig.doctor.checkup import Checkup
from autoconfig.doctor.clients import CLIENTS, Client
from autoconfig.doctor.doctor import Doctor
from autoconfig.doctor.fixes import RULES, Fix, Severity
from autoconfig.doctor.predict import Outcome, Prediction

__all__ = ["CLIENTS", "RULES", "Checkup", "Client", "Doctor", "Fix", "Outcome", "Prediction", "Severity"]
