from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Benchmark(models.Model):
    """What is said to be a usual rate of lost customers, with who says so in words. Its bands are beside it."""

    class Per(models.TextChoices):
        YEAR = "year", _("a year")
        MONTH = "month", _("a month")

    label = models.CharField(_("label"), max_length=120)
    source = models.TextField(_("where it comes from"), help_text=_("In words: who says so, and of whom."))
    per = models.CharField(_("customers lost in"), max_length=5, choices=Per, default=Per.YEAR)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("shown"), default=True)

    class Meta:
        verbose_name = _("benchmark")
        verbose_name_plural = _("benchmarks")
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label


class BenchmarkBand(models.Model):
    """From ``low`` up to ``high``, in percent: how good that is held to be."""

    class State(models.TextChoices):
        GOOD = "good", _("good")
        WATCH = "watch", _("watch")
        RISK = "risk", _("risk")
        UNKNOWN = "unknown", _("neither")

    benchmark = models.ForeignKey(Benchmark, models.CASCADE, related_name="bands")
    label = models.CharField(_("label"), max_length=60)
    low = models.DecimalField(
        _("from, %"), max_digits=6, decimal_places=3, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    high = models.DecimalField(
        _("up to, %"), max_digits=6, decimal_places=3, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    state = models.CharField(_("shown as"), max_length=7, choices=State, default=State.UNKNOWN)

    class Meta:
        verbose_name = _("band")
        verbose_name_plural = _("bands")
        ordering = ["low"]
        constraints = [models.CheckConstraint(condition=Q(high__gt=F("low")), name="churn_benchmark_band_low_high")]

    def __str__(self) -> str:
        return f"{self.label}: {self.low}–{self.high} %"
