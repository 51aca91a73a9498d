"""Back-tests in a list: what each was of, and what came out."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from health.domain.backtest.subjects import ALL
from health.domain.backtest.weights import KIND
from health.models import BacktestRun, Scorecard
from health.proofs import STATES
from health.queries.proof import headline


@dataclass(frozen=True)
class Listed:
    """A run in the list of runs."""

    run: BacktestRun

    @property
    def title(self) -> str:
        subjects = self.run.result["subjects"] if self.run.result else []
        labels = [one["label"] for one in subjects] or [named(key) for key in self.run.asked["subjects"]]
        return _(" beside ").join(labels)

    @property
    def start(self) -> date:
        return date.fromisoformat(self.run.asked["start"])

    @property
    def end(self) -> date:
        return date.fromisoformat(self.run.asked["end"])

    @property
    def state(self) -> str:
        return STATES[self.run.result["subjects"][0]["auc"]["verdict"]] if self.run.result else "unknown"

    @property
    def auc(self) -> float | None:
        return self.run.result["subjects"][0]["auc"]["value"] if self.run.result else None

    @property
    def words(self) -> str:
        if self.run.result:
            return headline(self.run.result["subjects"][0]["auc"])
        return _("%(done)s of %(of)s days replayed") % {"done": self.run.days_done, "of": self.run.days}


def named(key: str) -> str:
    """What a subject is called before it has answered."""
    if key == ALL:
        return _("All scorecards")
    name = key.removeprefix(KIND).partition("@")[0]
    card = Scorecard.objects.filter(key=name).first()
    return str(card or key.partition(":")[2] or key)
