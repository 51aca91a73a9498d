"""What comments are about: TF-IDF over words and pairs of words, and factors of it (NMF), by scikit-learn.

The same comments give the same themes. A name given by hand is kept where the theme is found again; what was merged
stays merged.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import transaction

from core import jobs
from core.clock import AsOf
from surveys.models import Response, Survey, Theme, Themed

JOB = "surveys.themes"
FEWEST = 8  # comments, below which there is nothing to group
MOST_THEMES = 12
WORDS = 4


def request(*, survey: Survey) -> None:
    """Have a worker look for themes."""
    jobs.enqueue(kind=JOB, key=f"{survey.pk}", payload={"survey": survey.pk})


@transaction.atomic
def find(*, survey: Survey) -> int:
    """Group the comments that count into themes. Returns how many comments have one."""
    rows = list(
        Response.objects.as_of(AsOf.live())
        .filter(survey=survey)
        .exclude(text=None)
        .exclude(text__body="")
        .order_by("pk")
        .values_list("pk", "text__body")
    )
    if len(rows) < FEWEST:
        return 0
    groups, terms = grouped([body for _pk, body in rows])
    made = _kept(survey, terms)
    Themed.objects.filter(response__survey=survey).delete()
    Themed.objects.bulk_create(
        [
            Themed(response_id=pk, theme=made[place])
            for (pk, _body), place in zip(rows, groups, strict=True)
            if place is not None
        ]
    )
    return sum(place is not None for place in groups)


@transaction.atomic
def rename(*, theme: Theme, name: str) -> None:
    Theme.objects.filter(pk=theme.pk).update(name=name[:120], named_by_hand=True)


@transaction.atomic
def merge(*, theme: Theme, into: Theme) -> None:
    """The comments of ``theme`` count as those of ``into``. A theme is not merged into itself or what it holds."""
    target = into.merged_into or into
    if target.pk == theme.pk:
        return
    Theme.objects.filter(merged_into=theme).update(merged_into=target)
    Theme.objects.filter(pk=theme.pk).update(merged_into=target)


def grouped(comments: Sequence[str]) -> tuple[list[int | None], list[list[str]]]:
    """For each comment the place of its theme, None where it fits none; and the words of each theme."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        stop_words="english",
        ngram_range=(1, 2),
        min_df=2,
        max_df=0.6,
        max_features=5000,
        token_pattern=r"(?u)\b\w\w\w+\b",
    )
    try:
        weights = vectorizer.fit_transform(comments)
    except ValueError:  # no word stands in two comments
        return [None] * len(comments), []
    count = min(MOST_THEMES, max(2, round(len(comments) ** 0.5 / 2)), weights.shape[1])
    model = NMF(n_components=count, init="nndsvd", random_state=0, max_iter=400, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # good enough: the groups are for people to look at
        shares: np.ndarray = model.fit_transform(weights)
    names: Any = vectorizer.get_feature_names_out()
    terms = [[str(names[place]) for place in row.argsort()[::-1][:WORDS]] for row in model.components_]
    best = shares.argmax(axis=1)
    return [int(place) if row[place] > 0.01 else None for row, place in zip(shares, best, strict=True)], terms


def _kept(survey: Survey, terms: list[list[str]]) -> list[Theme]:
    """The theme of each list of words: one of before that shares half of them, with its name, or a new one."""
    before = list(Theme.objects.filter(survey=survey).order_by("pk"))
    found: list[Theme] = []
    for words in terms:
        same = next((one for one in before if len(set(one.words) & set(words)) * 2 >= WORDS and one not in found), None)
        if same:
            Theme.objects.filter(pk=same.pk).update(words=words)
        found.append(same or Theme.objects.create(survey=survey, name=_name(words), words=words))
    left = [one.pk for one in before if one not in found and not one.named_by_hand]
    Themed.objects.filter(theme__in=left).delete()
    Theme.objects.filter(pk__in=left, merged=None).delete()
    return found


def _name(words: Sequence[str]) -> str:
    single = [word for word in words if " " not in word] or list(words)
    return ", ".join(single[:3])
