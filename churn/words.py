"""What the figures of a retention report are called and what they mean."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from churn.said import gettext_lazy as _

Words = Any  # a lazy translation


@dataclass(frozen=True)
class Figure:
    """``unit``: money (in millionths), number, percent or times. ``header``: short, for a column."""

    label: Words
    header: Words
    unit: str
    definition: Words


KINDS: Final[dict[str, Words]] = {
    "new": _("New"),
    "expansion": _("Expansion"),
    "contraction": _("Contraction"),
    "churn": _("Churn"),
    "reactivation": _("Reactivation"),
    "fx": _("Exchange rates"),
}

FIGURES: Final[dict[str, Figure]] = {
    "customers.start": Figure(
        _("Customers at the start"), _("Start"), "number", _("Customers with MRR at the start of the first day.")
    ),
    "customers.new": Figure(
        _("New customers"), _("New"), "number", _("Times that a customer who never had MRR began to have some.")
    ),
    "customers.reactivated": Figure(
        _("Customers who came back"), _("Back"), "number", _("Times that a customer who had left began to pay again.")
    ),
    "customers.churned": Figure(
        _("Customers who left"),
        _("Left"),
        "number",
        _(
            "Times that a customer’s MRR fell to zero, on the day after the paid time. Who came and left in between is"
            " in it."
        ),
    ),
    "customers.end": Figure(
        _("Customers at the end"), _("End"), "number", _("Customers with MRR at the start of the day after the last.")
    ),
    "mrr.start": Figure(
        _("MRR at the start"),
        _("Start"),
        "money",
        _("The MRR of all subscriptions in force at the start of the first day, read from their versions."),
    ),
    "mrr.new": Figure(_("New MRR"), _("New"), "money", _("First MRR of customers who never had any, each on its day.")),
    "mrr.expansion": Figure(
        _("Expansion"), _("Expansion"), "money", _("Rises of MRR of customers who had some, each on its day.")
    ),
    "mrr.contraction": Figure(
        _("Contraction"),
        _("Contraction"),
        "money",
        _("Falls of MRR of customers who kept some, each on its day."),
    ),
    "mrr.churn": Figure(
        _("Churn"), _("Churn"), "money", _("MRR of customers whose last subscription ended, each on its day.")
    ),
    "mrr.reactivation": Figure(
        _("Reactivation"), _("Back"), "money", _("MRR of customers who had left and pay again, each on its day.")
    ),
    "mrr.fx": Figure(
        _("Exchange rates"),
        _("FX"),
        "money",
        _(
            "On the day of a movement, what the customer paid before is restated at that day’s rate: this is the"
            " difference."
        ),
    ),
    "mrr.end": Figure(
        _("MRR at the end"),
        _("End"),
        "money",
        _("The MRR of all subscriptions in force at the start of the day after the last, read from their versions."),
    ),
    "net_new": Figure(
        _("Net new MRR"),
        _("Net new"),
        "money",
        _("New, expansion and reactivation less contraction and churn. Exchange rates stand apart."),
    ),
    "rates.customer_churn": Figure(
        _("Customers lost"),
        _("Lost"),
        "percent",
        _("Customers with MRR at the start and none at the end, divided by the customers with MRR at the start."),
    ),
    "rates.gross_mrr_churn": Figure(
        _("Gross MRR churn"), _("Gross churn"), "percent", _("1 − GRR: what was lost of the MRR at the start.")
    ),
    "rates.net_mrr_churn": Figure(
        _("Net MRR churn"),
        _("Net churn"),
        "percent",
        _(
            "1 − NRR: what was lost of the MRR at the start, less what the same customers added. Below zero it is"
            " negative churn."
        ),
    ),
    "rates.grr": Figure(
        _("Gross revenue retention"),
        _("GRR"),
        "percent",
        _(
            "Over the customers with MRR at the start: of each the smaller of MRR at the start and at the end, divided"
            " by their MRR at the start. Who came later is in neither."
        ),
    ),
    "rates.nrr": Figure(
        _("Net revenue retention"),
        _("NRR"),
        "percent",
        _(
            "Over the customers with MRR at the start: their MRR at the end divided by their MRR at the start. Who came"
            " later is in neither."
        ),
    ),
    "rates.quick_ratio": Figure(
        _("Quick ratio"),
        _("Quick"),
        "times",
        _("New, expansion and reactivation divided by churn and contraction. Not defined where nothing was lost."),
    ),
    "arpa": Figure(_("MRR per customer"), _("ARPA"), "money", _("MRR at the end divided by the customers at the end.")),
}

TRANSFERS: Final[dict[str, Figure]] = {
    "transfers.customers": Figure(
        _("Customers who changed sides"),
        _("Moved"),
        "number",
        _(
            "Customers with MRR who count here from the start of this period and did not at the end of the one before,"
            " less those of whom the opposite is true. What is filtered or divided by has changed for them."
        ),
    ),
    "transfers.mrr": Figure(
        _("MRR that changed sides"),
        _("Moved"),
        "money",
        _(
            "MRR of customers who count here from the start of this period and did not at the end of the one before,"
            " less MRR of those of whom the opposite is true. The end before, and this, come to the start."
        ),
    ),
}

PARTS_NAMED: Final[dict[str, Words]] = {
    "price": _("price"),
    "seats": _("seats"),
    "plan_change": _("plan"),
    "cross_sell": _("cross-sell"),
    "discount": _("discount"),
}

CHURN_NAMED: Final[dict[str, Words]] = {
    "voluntary": _("by their will"),
    "involuntary": _("payment failed"),
    "told_not": _("kind not told"),
}

PARTS_MEANT: Final[dict[str, Words]] = {
    "price": _("What a unit costs more or less than before, on the same plan."),
    "seats": _("More or fewer units, at the old price of a unit."),
    "plan_change": _("Another plan took the place of the one before."),
    "cross_sell": _("Another subscription began beside the ones there were, or one of several ended."),
    "discount": _("A discount that was given, or that ended."),
}

# Worth is reckoned by the month, whatever is shown: there, MRR stays MRR.
MORE: Final[dict[str, Figure]] = {
    "cohort.joined": Figure(
        _("Customers who began"),
        _("Began"),
        "number",
        _("Customers whose first MRR ever was in this time."),
    ),
    "cohort.new_mrr": Figure(
        _("First MRR"), _("First MRR"), "money", _("The first MRR of customers who began to pay in this time.")
    ),
    "cohort.customers": Figure(
        _("Customers that stay"),
        _("Stay"),
        "percent",
        _("Of the customers who began to pay in this time, the share with MRR at the start of the day looked at."),
    ),
    "cohort.mrr": Figure(
        _("MRR that stays"),
        _("Stays"),
        "percent",
        _("MRR at the start of the day looked at, of those who began in this time, divided by their first MRR."),
    ),
    "cohort.survival": Figure(
        _("Stay as long"),
        _("Stay"),
        "percent",
        _(
            "The chance to still pay after so many months (Kaplan–Meier): at each day somebody leaves for the first"
            " time, the share of those still there who stay, multiplied up. Who has not left counts as long as known."
        ),
    ),
    "reasons.count": Figure(
        _("Customers who left"),
        _("Customers"),
        "number",
        _("Times that a customer’s MRR fell to zero, for this reason."),
    ),
    "reasons.mrr": Figure(
        _("MRR lost"), _("MRR"), "money", _("MRR of customers whose last subscription ended, for this reason.")
    ),
    "reasons.share": Figure(
        _("Share of the MRR lost"),
        _("Share"),
        "percent",
        _("MRR of customers who left for this reason, divided by the MRR of all who left."),
    ),
    "worth.clv": Figure(
        _("Lifetime value"),
        _("CLV"),
        "money",
        gettext_lazy(
            "MRR per customer × margin ÷ the share of customers lost in a month, the mean of the last six full months."
            " Not defined where nobody left."
        ),
    ),
    "worth.cac": Figure(
        _("Cost of winning a customer"),
        _("CAC"),
        "money",
        _("Costs of acquisition in the last six full months divided by the customers won in them."),
    ),
    "worth.payback": Figure(
        _("Months to pay it back"),
        _("Payback"),
        "times",
        gettext_lazy("The cost of winning a customer divided by what stays of a new customer’s first MRR in a month."),
    ),
    "worth.ratio": Figure(
        _("Value ÷ cost"), _("Ratio"), "times", _("Lifetime value divided by the cost of winning a customer.")
    ),
    "worth.margin": Figure(
        _("Margin"),
        _("Margin"),
        "percent",
        gettext_lazy(
            "1 − costs of service ÷ MRR, both summed over the last six full months. Without such costs it is 100 %."
        ),
    ),
    "worth.churn": Figure(
        _("Customers lost in a month"),
        _("Lost"),
        "percent",
        _("The mean of the rates of the last six full months: customers lost ÷ customers at the start of each."),
    ),
    "worth.churn_12": Figure(
        _("Customers lost in a month"),
        _("Lost"),
        "percent",
        _("The mean of the rates of the last twelve full months: customers lost ÷ customers at the start of each."),
    ),
}


def figure_of(key: str) -> Figure:
    """The words of a figure. Raises KeyError."""
    if key.startswith("split."):
        return _split(key)
    return FIGURES.get(key) or TRANSFERS.get(key) or MORE[key]


def _split(key: str) -> Figure:
    _head, kind, part = key.split(".")
    if kind == "churn":
        label = format_lazy("{}: {}", KINDS[kind], CHURN_NAMED[part])
        return Figure(label, CHURN_NAMED[part], "money", FIGURES["mrr.churn"].definition)
    label = format_lazy("{}: {}", KINDS[kind], PARTS_NAMED[part])
    return Figure(
        label, PARTS_NAMED[part], "money", format_lazy("{} {}", FIGURES[f"mrr.{kind}"].definition, PARTS_MEANT[part])
    )


COLUMNS: Final = {
    "customers": ("start", "new", "reactivated", "churned", "end"),
    "mrr": ("start", "new", "expansion", "reactivation", "contraction", "churn", "fx", "end"),
    "rates": ("customer_churn", "grr", "nrr", "quick_ratio"),
}
