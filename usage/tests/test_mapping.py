"""Which events are the use of which feature, and what changes when that is said otherwise."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from core import jobs
from core.clock import AsOf
from core.models import Job
from customers.registry import gather
from customers.tests.factories import ContactFactory
from usage.domain import mapping, remapping
from usage.domain.rollup.people import know_contacts
from usage.models import EventName, Feature, FeatureRule, IntakeSettings
from usage.queries.of_customer import feature_figures, roles
from usage.tests.test_rollup import NOW, TODAY, acme, committed, days, roll, send  # noqa: F401

pytestmark = pytest.mark.django_db


def rule(match="exact", event="Opened", feature="reports", **more):
    return remapping.add_rule(match=match, event=event, feature=feature, **more)


def remap(at=NOW):
    return remapping.remap(at=at)


def test_a_property_goes_before_the_name_and_that_before_the_longest_beginning():
    for match, event, feature, more in [
        ("prefix", "rep", "short", {}),
        ("prefix", "report.", "long", {}),
        ("exact", "report.opened", "exact", {}),
        ("property", "report.opened", "big", {"prop": "size", "value": "big"}),
    ]:
        rule(match, event, feature, **more)
    ids = dict(Feature.objects.values_list("id", "key"))
    rules = list(FeatureRule.objects.all())
    found = {name: mapping.plan(name, rules) for name in ("report.opened", "report.shared", "reply", "other")}
    assert ids[found["report.opened"].feature] == "exact"
    assert [ids[one[2]] for one in found["report.opened"].by] == ["big"]
    assert ids[found["report.shared"].feature] == "long"
    assert ids[found["reply"].feature] == "short"
    assert found["other"] is None


def test_events_count_as_what_the_rules_say(acme):  # noqa: F811
    rule("prefix", "Report", "reports", kind="core")
    rule("property", "Saved", "dashboards", prop="of", value="dashboard")
    rule("exact", "Ping", "")
    send(
        {"groupId": "A1", "event": "Report opened"},
        {"groupId": "A1", "event": "Report shared"},
        {"groupId": "A1", "event": "Saved", "properties": {"of": "dashboard"}},
        {"groupId": "A1", "event": "Saved", "properties": {"of": "chart"}},
        {"groupId": "A1", "event": "Ping"},
    )
    roll()
    jobs.work()  # a new name is counted by its properties in a second step
    assert days(acme, "reports") == {TODAY: (2, 1)}
    assert days(acme, "dashboards") == {TODAY: (1, 1)}
    assert days(acme, "Saved")[TODAY][0] == 1
    assert days(acme, "") == {TODAY: (5, 1)}
    assert not days(acme, "Ping")
    assert Feature.objects.get(key="reports").kind == "core"


def test_a_rule_that_comes_later_counts_again_what_was_counted_otherwise(acme):  # noqa: F811
    send({"groupId": "A1"}, {"groupId": "A1", "userId": "u2"}, {"groupId": "A1", "event": "Exported"})
    roll()
    later = NOW + timedelta(days=1)
    rule(feature="reports")
    assert remap(later) == 1
    assert days(acme, "Opened") == {TODAY: (0, 0)}
    assert days(acme, "reports") == {TODAY: (2, 2)}
    assert days(acme, "Exported") == {TODAY: (1, 1)}
    assert days(acme, "") == {TODAY: (3, 2)}, "the day over all stays as it was"
    assert remap(later) == 0
    remapping.take_rule_away(FeatureRule.objects.get())
    assert remap(later) == 1
    assert days(acme, "Opened") == {TODAY: (2, 2)}
    assert days(acme, "reports") == {TODAY: (0, 0)}


def users(customer, feature, at):
    found = feature_figures(customer, at)
    return {one.feature.key: one.users for one in found}.get(feature, 0)


def test_who_used_what_counts_otherwise_by_now_is_taken_back_with_the_events(acme):  # noqa: F811
    send({"groupId": "A1"}, {"groupId": "A1", "userId": "u2"}, {"groupId": "A1", "userId": "u2", "event": "Shared"})
    rule("exact", "Shared", "Opened")
    roll()
    now, later = AsOf(TODAY + timedelta(days=1), TODAY + timedelta(days=1)), NOW + timedelta(days=1)
    known_later = AsOf(now.day, now.known_on + timedelta(days=1))
    assert users(acme, "Opened", now) == 2
    moved = rule(feature="reports")
    remap(later)
    assert users(acme, "reports", known_later) == 2
    assert users(acme, "Opened", known_later) == 1, "one of them still used it under its other name"
    assert days(acme, "Opened") == {TODAY: (1, 1)}
    assert users(acme, "Opened", now) == 2, "as it was known then"
    remapping.take_rule_away(moved)
    remap(later)
    assert users(acme, "Opened", known_later) == 2
    assert users(acme, "reports", known_later) == 0


def test_a_decision_maker_is_not_seen_where_the_rules_took_the_use_away(acme):  # noqa: F811
    ContactFactory(customer=acme, email="ana@acme.com", role="decision_maker", since=TODAY - timedelta(days=9))
    rule("exact", "Opened", "board", kind="sticky")
    send({"groupId": "A1", "userId": "ana@acme.com"})
    know_contacts()
    roll()
    at, key = AsOf(TODAY + timedelta(days=1), TODAY + timedelta(days=2)), "decision_maker_sticky_28"
    assert gather(at, [key], [acme.pk])[key].tolist() == [1]
    remapping.take_rule_away(FeatureRule.objects.get())
    remap()
    assert gather(at, [key], [acme.pk])[key].tolist() == [0]
    assert [one.sticky for one in roles(acme, at)] == [0]


def test_changing_a_rule_has_the_events_counted_again(acme):  # noqa: F811
    send({"groupId": "A1"})
    roll()
    rule(feature="reports")
    assert Job.objects.filter(kind="usage.remap", state="waiting").count() == 1
    jobs.work()
    assert days(acme, "reports") == {TODAY: (1, 1)}


def test_without_features_of_their_own_events_count_in_the_day_only(acme):  # noqa: F811
    IntakeSettings.objects.create(id=1, own_features=False)
    send({"groupId": "A1"})
    roll()
    assert days(acme, "") == {TODAY: (1, 1)}
    assert not days(acme)
    assert EventName.objects.get().feature is None


def test_there_are_not_endlessly_many_features_and_names(acme, monkeypatch):  # noqa: F811
    monkeypatch.setattr(mapping, "MOST_OWN", 2)
    monkeypatch.setattr(mapping, "MOST_NAMES", 3)
    send(*({"groupId": "A1", "event": f"/users/{n}"} for n in range(5)))
    roll()
    assert EventName.objects.count() == 3
    assert Feature.objects.exclude(key="").count() == 2
    assert days(acme, "") == {TODAY: (5, 1)}


@pytest.mark.parametrize("bad", [{"event": " "}, {"match": "property"}, {"match": "guess"}])
def test_what_is_no_rule_is_refused(bad):
    with pytest.raises(ValidationError):
        rule(**bad)


def test_a_rule_stands_there_once():
    rule()
    with pytest.raises(ValidationError):
        rule(feature="other")


def test_beginnings_that_names_share_are_suggested():
    names = [
        EventName(name=name, events=n) for n, name in enumerate(["report.opened", "report.shared", "board:moved", "x"])
    ]
    assert [(begins, len(group)) for begins, group in remapping.suggestions(names)] == [("report.", 2)]
