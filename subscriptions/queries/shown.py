"""How the company wants recurring revenue shown: by the month as MRR, or by the year as ARR. What is kept is MRR."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from core import formatting
from subscriptions.domain import rulesets
from subscriptions.domain.settings import DEFAULTS

TIMES: Final = {"mrr": 1, "arr": 12}


@dataclass(frozen=True, slots=True)
class Shown:
    """``times`` of MRR in the reporting currency, called ``word``."""

    currency: str = str(DEFAULTS["reporting_currency"])
    times: int = 1

    @property
    def word(self) -> str:
        return "MRR" if self.times == 1 else "ARR"

    def say(self, text: str | Promise) -> str:
        """Words in which MRR is called what it is shown as. MRR is MRR in every language."""
        return f"{text}".replace("MRR", self.word)

    def amount(self, mrr: Any) -> Any:
        """None stays None."""
        return None if mrr is None else mrr * self.times

    def money(self, mrr: Decimal | float | None, digits: int = 0) -> SafeString:
        return formatting.money(self.amount(mrr), self.currency, digits)

    def plain(self, mrr: Decimal | float) -> str:
        return formatting.plain_money(self.amount(mrr), self.currency)


def shown() -> Shown:
    """As the ruleset in force has it. One statement."""
    rules = rulesets.rules(rulesets.current())
    return Shown(str(rules["reporting_currency"]), TIMES[rules["shown"]])
