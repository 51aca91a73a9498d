from usage.models.feature import Feature, FeatureChange
from usage.models.feed import CustomerFeed, FeedDay
from usage.models.usage_day import UsageDay
from usage.models.usage_person import UsagePerson

__all__ = ["CustomerFeed", "Feature", "FeatureChange", "FeedDay", "UsageDay", "UsagePerson"]
