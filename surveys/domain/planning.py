"""From a campaign to invitations that wait in the outbox. Set-based: 100,000 of them are one COPY."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock, jobs
from core.domain import events
from core.ids import UUID7_SQL
from core.wake import wake_after_commit
from customers.models import Contact
from surveys.domain import tokens
from surveys.domain.mailing import KIND
from surveys.models import Ask, Campaign, Edition, Survey
from surveys.queries.audience import Plan, Planned, plan_for, plan_of

JOB = "surveys.plan"
PLANNED = "surveys.planned.v1"


@transaction.atomic
def start(*, campaign: Campaign, by: User, at: datetime) -> None:
    """Let a campaign run: its first round is planned on its day, at once if that has come."""
    if campaign.survey.state != Survey.State.LIVE:
        raise ValidationError(_("Publish the survey first."))
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.RUNNING)
    campaign.state = Campaign.State.RUNNING
    day = clock.today(at)
    if campaign.starts_on <= day:
        _enqueue(campaign, campaign.starts_on if campaign.timing != Campaign.Timing.RENEWAL else day)


@transaction.atomic
def stop(*, campaign: Campaign, by: User, at: datetime) -> int:
    """Plan no more, and take back what still waits. Returns how many invitations that were."""
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.ENDED)
    with connection.cursor() as cursor:
        cursor.execute(STOP, {"campaign": campaign.pk})
        return int(cursor.rowcount)


# Only what still waits: who is being written to just now is written to.
STOP = """
WITH dropped AS (
    UPDATE core_mail SET state = 'dropped', reason = 'stopped', settled_at = now()
    WHERE state = 'pending' AND key IN
        (SELECT 'surveys.invitation:' || a.id || ':1' FROM surveys_ask a
         WHERE a.campaign_id = %(campaign)s AND a.state IN ('waiting', 'held'))
    RETURNING (payload ->> 'ask')::bigint AS ask
)
UPDATE surveys_ask SET state = 'expired', reason = 'stopped' WHERE id IN (SELECT ask FROM dropped)
"""


def start_due(*, day: date) -> None:
    """Each night: plan the rounds of running campaigns whose turn has come."""
    running = Campaign.objects.filter(state=Campaign.State.RUNNING, starts_on__lte=day)
    for campaign in running:
        if is_due(campaign, day):
            _enqueue(campaign, day)


def is_due(campaign: Campaign, day: date) -> bool:
    match campaign.timing:
        case Campaign.Timing.RENEWAL:
            return True
        case Campaign.Timing.RECURRING:
            return (day - campaign.starts_on).days % (campaign.every_days or 1) == 0
    return day == campaign.starts_on


def _enqueue(campaign: Campaign, day: date) -> None:
    jobs.enqueue(kind=JOB, key=f"{campaign.pk} {day}", payload={"campaign": campaign.pk, "day": f"{day}"})


@transaction.atomic
def plan(*, campaign: Campaign, day: date, at: datetime) -> int:
    """Plan the round of ``day``: once, however often it is asked for. Returns how many are in it."""
    edition = campaign.survey.editions.first()
    if campaign.state != Campaign.State.RUNNING or edition is None:
        return 0
    found = plan_for(campaign, day=day, at=at)
    _copy(found, survey=campaign.survey, edition=edition, campaign=campaign, round=day, by=None)
    if campaign.timing == Campaign.Timing.ONCE:
        Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.ENDED)
    payload = {"survey": campaign.survey_id, "campaign": campaign.pk, "day": f"{day}", "planned": len(found.planned)}
    events.append(type=PLANNED, payloads=[payload], at=at)
    return len(found.planned)


def ask(*, survey: Survey, contacts: Sequence[Contact], by: User, at: datetime) -> Plan:
    """Somebody of ours asks these contacts now: each goes when the contact policy lets it."""
    return ask_many(survey=survey, contacts=[one.pk for one in contacts], by=by, at=at)


@transaction.atomic
def ask_many(*, survey: Survey, contacts: Sequence[int], by: User, at: datetime, spread_days: int = 1) -> Plan:
    """The same for the ids of any number of them, in even parts on so many days."""
    edition = survey.editions.first()
    if survey.state != Survey.State.LIVE or edition is None:
        raise ValidationError(_("Publish the survey first."))
    found = plan_of(contacts, survey=survey, day=clock.today(at), at=at, spread_days=spread_days)
    _copy(found, survey=survey, edition=edition, campaign=None, round=None, by=by)
    payload = {"survey": survey.pk, "by": by.pk, "planned": len(found.planned)}
    events.append(type=PLANNED, payloads=[payload], at=at)
    return found


@transaction.atomic
def link(*, survey: Survey, contact: Contact, by: User, at: datetime) -> str:
    """A contact's own link to the survey, to be handed over in a call or a chat. Returns its token."""
    edition = survey.editions.first()
    if survey.state != Survey.State.LIVE or edition is None:
        raise ValidationError(_("Publish the survey first."))
    made = Ask.objects.create(
        survey=survey,
        edition=edition,
        customer_id=contact.customer_id,
        contact=contact,
        by=by,
        state=Ask.State.LINK,
        valid_until=at + timedelta(days=survey.valid_days),
    )
    tokens.keep([(made, 0)])
    return tokens.make(made, tokens.ANSWER, 0)


STAGE = """
CREATE TEMP TABLE asked (contact bigint, customer bigint, state text, reason text, due_at timestamptz,
                         id bigint) ON COMMIT DROP
"""
ASKS = """
INSERT INTO surveys_ask (id, uid, survey_id, campaign_id, round, edition_id, customer_id, contact_id, by_id, state,
                         reason, due_at, expires_at)
SELECT id, {uid}, %(survey)s, %(campaign)s, %(round)s, %(edition)s, customer, contact, %(by)s, state, reason, due_at,
       %(expires_at)s
FROM asked ON CONFLICT (campaign_id, contact_id, round) DO NOTHING
"""
MAILS = """
INSERT INTO core_mail (uid, kind, key, payload, due_at, expires_at)
SELECT {uid}, %(kind)s, %(kind)s || ':' || a.id || ':1', jsonb_build_object('ask', a.id, 'number', 1), a.due_at,
       a.expires_at
FROM surveys_ask a JOIN asked USING (id) WHERE a.due_at IS NOT NULL ORDER BY a.due_at
"""


def _copy(
    found: Plan, *, survey: Survey, edition: Edition, campaign: Campaign | None, round: date | None, by: User | None
) -> None:
    values = {
        "survey": survey.pk,
        "edition": edition.pk,
        "campaign": campaign.pk if campaign else None,
        "round": round,
        "by": by.pk if by else None,
        "expires_at": found.expires_at,
        "kind": KIND,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.asked")
        cursor.execute(STAGE)
        with cursor.copy("COPY asked (contact, customer, state, reason, due_at) FROM STDIN") as copy:
            for row in _rows(found.planned):
                copy.write_row(row)
        cursor.execute("UPDATE asked SET id = nextval(pg_get_serial_sequence('surveys_ask', 'id'))")
        cursor.execute(ASKS.format(uid=UUID7_SQL), values)
        cursor.execute(MAILS.format(uid=UUID7_SQL), values)
    wake_after_commit("core.tasks.deliver")


def _rows(planned: Sequence[Planned]) -> Iterator[tuple[object, ...]]:
    for one in planned:
        yield one.contact, one.customer, one.state, one.reason, one.due_at
