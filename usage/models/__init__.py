from usage.models.entitlement import Entitlement
from usage.models.feature import Feature, FeatureChange
from usage.models.feed import CustomerFeed, FeedDay, Silence
from usage.models.identity import Attachment, Clue, ContactPerson, Person, RollupPosition, Stranger, StrangerDay
from usage.models.intake import STEPS, IntakeSettings, RawEvent, Rejected, SeenMessage
from usage.models.kept import Kept, TeamRenewals, TeamUse
from usage.models.mapping import EventName, FeatureRule
from usage.models.usage_day import UsageDay
from usage.models.usage_person import UsageFeaturePerson, UsagePerson

__all__ = [
    "STEPS",
    "Attachment",
    "Clue",
    "ContactPerson",
    "CustomerFeed",
    "Entitlement",
    "EventName",
    "Feature",
    "FeatureChange",
    "FeatureRule",
    "FeedDay",
    "IntakeSettings",
    "Kept",
    "Person",
    "RawEvent",
    "Rejected",
    "RollupPosition",
    "SeenMessage",
    "Silence",
    "Stranger",
    "StrangerDay",
    "TeamRenewals",
    "TeamUse",
    "UsageDay",
    "UsageFeaturePerson",
    "UsagePerson",
]
