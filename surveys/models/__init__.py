from surveys.models.campaign import Ask, Campaign, Token
from surveys.models.invitation import Invitation
from surveys.models.link import LinkUse, OpenLink
from surveys.models.response import Response
from surveys.models.robots import Look, Suspect
from surveys.models.survey import Edition, Survey
from surveys.models.theme import Theme, Themed

__all__ = [
    "Ask",
    "Campaign",
    "Edition",
    "Invitation",
    "LinkUse",
    "Look",
    "OpenLink",
    "Response",
    "Survey",
    "Suspect",
    "Theme",
    "Themed",
    "Token",
]
