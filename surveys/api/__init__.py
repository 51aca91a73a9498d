"""Surveys at the doors of the REST API."""

from surveys.api.answers import InvitationRows, ResponseRows, SurveyRows
from surveys.api.nps import Nps

__all__ = ["InvitationRows", "Nps", "ResponseRows", "SurveyRows"]
