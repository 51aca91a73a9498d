from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from customers.models import Standing
from playbooks.words import because, say

TODAY = date(2025, 11, 22)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ({"key": "active_users_28", "value": 19, "before": 41, "days": 28}, "active users 41 → 19 in 4 weeks"),
        ({"key": "active_users_28", "value": 19}, "19 active users in 4 weeks"),
        ({"key": "active_users_28", "value": 1}, "1 active user in 4 weeks"),
        ({"key": "score", "value": 34, "before": 48, "days": 30}, "health 48 → 34 in 30 days"),
        ({"key": "score", "value": 60.4, "before": 59.6, "days": 30}, "health 60"),
        ({"key": "notice_on", "value": "2025-12-04"}, "last day to give notice in 12 days (4 Dec)"),
        ({"key": "notice_on", "value": "2025-11-20"}, "last day to give notice was 2 days ago (20 Nov)"),
        ({"key": "renewal_on", "value": "2025-12-15"}, "renews in 23 days (15 Dec)"),
        ({"key": "renewal_on", "value": "2026-01-02"}, "renews in 41 days (2 Jan 2026)"),
        ({"key": "usage_change_28", "value": -0.46}, "usage down 46\u202f% on the 4 weeks before"),
        ({"key": "usage_change_28", "value": 0.35}, "usage up 35\u202f% on the 4 weeks before"),
        ({"key": "last_nps", "value": 3, "ago": 9, "as_of": "2025-11-22"}, "gave 3 of 10, 9 days ago"),
        ({"key": "last_nps", "value": 3}, "gave 3 of 10"),
        ({"key": "overdue_invoices", "value": 1}, "1 invoice overdue"),
        ({"key": "overdue_invoices", "value": 2}, "2 invoices overdue"),
        ({"key": "champion_left", "value": True}, "the champion left"),
        ({"key": "active_contacts", "value": 1}, "only 1 active contact"),
        ({"key": "last_touch_on", "value": "2025-08-20"}, "last contact 94 days ago (20 Aug)"),
        ({"key": "tenure_days", "value": 70, "as_of": "2025-11-20"}, "customer for 72 days"),
        ({"key": "attribute.stage", "value": "onboarding"}, "stage “Onboarding”"),
        ({"key": "open_work_items", "value": 2}, "Open tasks: 2"),
        ({"key": "gone_from_the_registry", "value": 2}, "gone_from_the_registry: 2"),
    ],
)
def test_a_reason_in_words(reason: dict[str, Any], words: str) -> None:
    assert say(reason, today=TODAY) == words


def test_the_score_is_told_as_it_stands_beside() -> None:
    standing = Standing(score=Decimal("59.60"), score_change_30=Decimal("0.20"))
    stored = [{"key": "score", "value": 59, "before": 59.4, "days": 30}, {"key": "champion_left", "value": True}]
    assert because(stored, today=TODAY, standing=standing) == ["health 59 → 60 in 30 days", "the champion left"]
    assert standing.points_change_30 == 1


def test_a_notice_that_belongs_to_the_renewal_after_the_next_is_no_reason() -> None:
    renewal = {"key": "renewal_on", "value": "2025-12-06"}
    over = [{"key": "notice_on", "value": "2026-09-07"}, renewal]
    assert because(over, today=TODAY) == ["renews in 14 days (6 Dec)"]
    ahead = [{"key": "notice_on", "value": "2025-12-01"}, renewal]
    assert because(ahead, today=TODAY) == ["last day to give notice in 9 days (1 Dec)", "renews in 14 days (6 Dec)"]
