"""The settings of a ruleset: what users of such tools argue about, each with its default and in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``choices`` are values with their words, the default first; without them it is a whole number
    from 0 (from ``least``) to ``most``, or none where ``none`` says what that means.

    ``reads`` is a setting that only reads of the ledger follow: changed, it holds at once, with the same ledger.
    """

    key: str
    label: Words
    words: Words
    default: Any
    choices: tuple[tuple[str, Words], ...] = ()
    unit: Words = ""
    least: int = 0
    most: int = 0
    none: Words = ""
    reads: bool = False

    def accepts(self, value: Any) -> bool:
        if self.choices:
            return value in [key for key, _words in self.choices]
        if value is None:
            return bool(self.none)
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most

    def said(self, value: Any) -> str:
        if self.choices:
            return str(dict(self.choices).get(value, value))
        return str(self.none) if value is None else f"{value} {self.unit}"


SETTINGS: Final = (
    Setting(
        "churn_counts",
        _("Churn counts"),
        _("The day on which MRR ends when a subscription was cancelled."),
        "end_of_paid_time",
        (
            ("end_of_paid_time", _("at the end of the paid time")),
            ("when_asked", _("on the day the customer asked")),
            ("billing_ends", _("when billing closed it: the later of its end and the day of the cancellation")),
        ),
    ),
    Setting(
        "endless_discounts",
        _("Discounts without an end"),
        _("Whether a discount for as long as the subscription runs lowers MRR."),
        "lower_mrr",
        (("lower_mrr", _("lower MRR")), ("ignored", _("are left out: the list price counts"))),
    ),
    Setting(
        "limited_discounts",
        _("Discounts with an end"),
        _("Whether a discount for some time lowers MRR while it lasts."),
        "lower_mrr",
        (
            ("lower_mrr", _("lower MRR while they last")),
            ("ignored", _("are left out: the list price counts from the start")),
        ),
    ),
    Setting(
        "paused",
        _("Paused subscriptions"),
        _("What a paused subscription is worth."),
        "mrr_zero",
        (("mrr_zero", _("have no MRR")), ("keeps_mrr", _("keep their MRR"))),
    ),
    Setting(
        "paid_to_free",
        _("From paid to free"),
        _("A customer who stops paying and goes on with a free plan."),
        "churn_of_mrr",
        (
            ("churn_of_mrr", _("is churn of MRR; the customer is kept")),
            ("churn", _("is churn: the customer is lost")),
        ),
    ),
    Setting(
        "metered",
        _("Metered items"),
        _("What a subscription billed by use is worth."),
        "committed_minimum",
        (
            ("committed_minimum", _("count with the committed minimum")),
            ("left_out", _("are left out")),
            ("trailing_mean", _("count with the mean of the last 3 months")),
        ),
    ),
    Setting(
        "reactivation_within_days",
        _("Coming back"),
        _("Who pays again within this time is a reactivation; who comes back later is new."),
        None,
        unit=_("days"),
        least=1,
        most=3650,
        none=_("at any distance"),
    ),
    Setting(
        "past_due_days",
        _("Past due"),
        _("How long an unpaid subscription stays in. Then it ends, as involuntary churn."),
        30,
        unit=_("days"),
        most=365,
    ),
    Setting(
        "term_without_a_word_days",
        _("Terms that ended without a word"),
        _("How long a subscription that does not renew by itself stays in after its term: for papers that come late."),
        0,
        unit=_("days"),
        most=365,
    ),
    Setting(
        "fx",
        _("Exchange rate"),
        _("The rate at which a movement is counted. What changes by the rate alone stands in a line of its own."),
        "day_of_movement",
        (("day_of_movement", _("of the movement's day")), ("first_of_month", _("of the first day of its month"))),
    ),
    Setting(
        "rate_valid_days",
        _("A rate is good for"),
        _("How old the last exchange rate may be on the day of a movement. Without one, what moves MRR is refused."),
        7,
        unit=_("days"),
        least=1,
        most=366,
        reads=True,
    ),
    Setting(
        "new_and_gone_in_one_period",
        _("New and gone in one period"),
        _("Who comes and leaves within one period of a report stands outside of its opening rates either way."),
        "both_shown",
        (("both_shown", _("shows both movements")), ("left_out", _("shows neither"))),
        reads=True,
    ),
    Setting(
        "shown",
        _("Recurring revenue is shown"),
        _("In reports, on the customer’s page and in lists. What is counted stays the same."),
        "mrr",
        (("mrr", _("by the month, as MRR")), ("arr", _("by the year, as ARR: twelve times MRR"))),
        reads=True,
    ),
    Setting(
        "renewal_term_months",
        _("Renewals count from"),
        _("Shorter terms are no renewals: they are only billed again."),
        3,
        unit=_("months"),
        least=1,
        most=60,
        reads=True,
    ),
    Setting(
        "renewal_paid_within_days",
        _("Renewed means paid within"),
        _("Who does not pay on in this time after the term has not renewed."),
        30,
        unit=_("days"),
        most=365,
        reads=True,
    ),
)

BY_KEY: Final = {one.key: one for one in SETTINGS}
DEFAULTS: Final[Mapping[str, Any]] = {"reporting_currency": "USD", **{one.key: one.default for one in SETTINGS}}
