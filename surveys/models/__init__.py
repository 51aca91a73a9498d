from surveys.models.invitation import Invitation
from surveys.models.response import Response
from surveys.models.survey import Survey

__all__ = ["Invitation", "Response", "Survey"]
