from subscriptions.views.changes import card, kind, money_of_customer, save
from subscriptions.views.collections import attention_page, collections_page
from subscriptions.views.costs import costs
from subscriptions.views.planned import committed_page, renewals_page, saves_page
from subscriptions.views.settings import money_settings, progress, what_if_setting
from subscriptions.views.stripe import stripe_again, stripe_event, stripe_fetch, stripe_page

__all__ = [
    "attention_page",
    "card",
    "collections_page",
    "committed_page",
    "costs",
    "kind",
    "money_of_customer",
    "money_settings",
    "progress",
    "renewals_page",
    "save",
    "saves_page",
    "stripe_again",
    "stripe_event",
    "stripe_fetch",
    "stripe_page",
    "what_if_setting",
]
