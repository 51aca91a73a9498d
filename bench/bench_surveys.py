"""Surveys: 100,000 invitations planned, mails rendered and handed over, results over a million answers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from django.db import connection
from django.test import Client

from accounts.models import Role, User
from bench.harness import address, figures, kept, scaled, scratch, seconds
from core import clock
from customers.models import ContactPolicy, SavedFilter
from surveys.domain import planning, publishing
from surveys.models import Campaign, Survey
from tests.support.smtp import sink
from tools.figures import Figure, at_least, at_most, info

CONTACTS = 100_000
ANSWERS = 1_000_000
SENDING = 15.0
ROOT = Path(__file__).resolve().parents[1]

PEOPLE = """
INSERT INTO customers_customer (uid, name, domain, industry, country, stage, language, time_zone, created_on, known_on,
                                attributes, version)
SELECT gen_random_uuid(), 'Customer ' || n, '', (ARRAY['Logistics', 'Retail', 'Banking', 'Energy'])[1 + n %% 4],
       'DE', 'live',
       (ARRAY['en', 'uk', 'zh-hans', 'zh-hant'])[1 + n %% 4], 'UTC', DATE '2024-01-01', DATE '2024-01-01', '{}', 1
FROM generate_series(1, %(customers)s) n
"""
CONTACT = """
INSERT INTO customers_contact (uid, customer_id, name, email, role, consent, language, time_zone)
SELECT gen_random_uuid(), id, 'Person ' || id, 'c' || id || '@example.com', 'user', 'unknown', language, '' FROM
customers_customer
"""
STANDING = """
INSERT INTO customers_standing (customer_id, as_of, mrr, band, mrr_at_risk, open_work_items, measured)
SELECT id, CURRENT_DATE, 100 + id % 900, 'good', 0, 0, '{}' FROM customers_customer
"""
INVITED = """
INSERT INTO surveys_invitation (uid, survey_id, customer_id, contact_id, sent_at, day, known_on)
SELECT gen_random_uuid(), %(survey)s, c.customer_id, c.id, d, d::date, d::date
FROM (SELECT id, customer_id, row_number() OVER () AS n FROM customers_contact) c,
     LATERAL (SELECT now() - make_interval(days => (c.n %% 90 + k * 100)::int) AS d FROM generate_series(0, 9) k) x
"""
ANSWERED = """
INSERT INTO surveys_response (uid, survey_id, invitation_id, customer_id, contact_id, answered_at, score, channel, day,
                              known_on)
SELECT gen_random_uuid(), survey_id, id, customer_id, contact_id, sent_at, (id * 7919 % 11), 'programme', day, day
FROM surveys_invitation
"""


@figures.measured("survey_mail")
def survey_mail() -> Iterator[Figure]:
    """Planning, and sending with one and with two workers."""
    with scratch("surveys"):
        _people(CONTACTS)
        campaign = _campaign()
        plan = partial(planning.plan, campaign=campaign, day=clock.today(), at=clock.now() - timedelta(minutes=1))
        yield scaled("survey_mail.planned", seconds(plan), 20, by="python")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE core_mail, surveys_ask, customers_contact")
        with sink() as server:
            server.keep = False
            for workers, target in ((1, 60), (2, 100)):
                rate, growth = _sent(workers, server.port)
                yield at_least(f"survey_mail.rate_{workers}", rate, "mails/s", target)
                yield at_most(f"survey_mail.growth_{workers}", growth, "MB", 15)


def _people(customers: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"customers": customers})
        cursor.execute(CONTACT)
        cursor.execute(STANDING)
        cursor.execute("ANALYZE")


def _campaign() -> Campaign:
    ContactPolicy.objects.create(id=1, from_hour=0, until_hour=24, quiet_weekdays=[])
    survey = Survey.objects.create(name="Bench")
    publishing.publish(survey=survey, by=None, at=clock.now())
    return Campaign.objects.create(survey=survey, starts_on=clock.today(), state=Campaign.State.RUNNING)


# What a worker does, by itself: prints the memory it held after a fifth of the time, and at its end.
WORKER = """
import django, re, sys, time
django.setup()
from core.domain import mail
held = lambda: int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1])
for part in range(5):
    mail.deliver(seconds=float(sys.argv[1]) / 5)
    if part in (0, 4): print(held(), flush=True)
"""


def _sent(workers: int, port: int) -> tuple[float, float]:
    """Mails a second from the first to the last, and by how much a worker's memory grew, in MB."""
    environment = {
        **os.environ,
        "DATABASE_URL": address(str(connection.settings_dict["NAME"])),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "PYTHONWARNINGS": "ignore::ResourceWarning",
    }
    before = _now()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, f"{SENDING}"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(workers)
    ]
    held = [[int(line) for line in worker.communicate()[0].split()] for worker in started]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) / extract(epoch FROM max(settled_at) - min(settled_at)) FROM core_mail"
            " WHERE settled_at > %s",
            [before],
        )
        (rate,) = cursor.fetchone()
    return float(rate or 0), max((last - first) / 1024 for first, last in held)


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now


QUERIES = {
    "": "",
    "filtered": "?filter={filter}",
    "by_industry": "?by=industry",
    "filtered_all": "?days=0&filter={filter}&by=industry",
}


@figures.measured("survey_results")
def survey_results() -> Iterator[Figure]:
    """The results page over a million answers; the first look of a process reads them all once."""
    with kept("answers_1m", _answers):
        survey = Survey.objects.get(name="Bench")
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(role=Role.ADMINISTRATOR))
        kept_filter = SavedFilter.objects.get()

        def get(query: str) -> None:
            place = query.format(filter=kept_filter.uid)
            if (status := client.get(f"/surveys/{survey.uid}/{place}").status_code) != 200:
                raise RuntimeError(f"{place} answers {status}")

        yield info("survey_results.first", seconds(partial(get, "")), "s")
        for name, query in QUERIES.items():
            taken = median(seconds(partial(get, query)) for _ in range(7))
            yield scaled(".".join(filter(None, ["survey_results", name])), taken, 0.3, by="python")


def _answers() -> None:
    _people(CONTACTS)
    campaign = _campaign()
    User.objects.create_superuser("bench@example.com", name="Bench")
    rule = {"key": "attribute.industry", "op": "is", "value": "Logistics"}
    SavedFilter.objects.create(name="Logistics", rule=rule, author=User.objects.get())
    with connection.cursor() as cursor:
        cursor.execute(INVITED, {"survey": campaign.survey_id})
        cursor.execute(ANSWERED)
