"""The provider file of a domain that has none: what its DNS, documents and servers say, to be checked."""

from autoconfig.drafting.survey import Spot, Survey, survey
from autoconfig.drafting.writing import Draft, draft

__all__ = ["Draft", "Spot", "Survey", "draft", "survey"]
