"""The playbooks to start with, none of them at work. They belong to the company from here on: changed on their pages."""

from django.db import migrations
from django.utils.translation import gettext_noop as _

PAYING = {"key": "measure.mrr", "op": ">", "value": 0}


def task(title, due, words="", **more):
    return {"kind": "task", "title": title, "words": words, "due": due, "unit": "business_days", **more}


def mail(to, subject, body, **more):
    return {"kind": "mail", "to": to, "subject": subject, "body": body, "draft": True, "nature": "service", **more}


def wait(days):
    return {"kind": "wait", "for": "days", "days": days}


def ask(key, op, *value):
    rule = {"key": key, "op": op, **({"value": value[0]} if value else {})}
    return {"kind": "branch", "on": "rule", "rule": {"all": [rule]}}


def rule(*conditions):
    return {"all": [{"key": key, "op": op, **({"value": rest[0]} if rest else {})} for key, op, *rest in conditions]}


def after(days, most=0):
    return {"mode": "after", "days": days, **({"most": most} if most else {})}


DONE = {"kind": "wait", "for": "task", "days": 14}
OTHERWISE, END = {"kind": "otherwise"}, {"kind": "end"}
LEAD = {"role": "lead"}

LIBRARY = [
    {
        "key": "onboarding",
        "name": _("Onboarding"),
        "purpose": _(
            "The first four weeks decide: who does not reach a first result by then seldom catches up. Somebody calls "
            "on day one, looks at the use after two weeks, and asks for a result after four."
        ),
        "draft": {
            "trigger": {"kind": "event", "event": "customer", "where": []},
            "lane": "promised",
            "steps": [
                task(_("Call {customer} to start well"), 1, _("Agree on one result they want in 30 days, and who works towards it. Write it on the timeline.")),
                mail("champion", _("Welcome, {first_name}: your first four weeks"), _("Hello {first_name},\n\nI am {owner} and I look after {customer} at {our_company}. In the next four weeks I want one thing for you: that the first of your colleagues gets a result with it that they would not want to give back.\n\nWhich result would that be for you? Two lines are enough, and I will bring a plan to our first call.\n\n{owner}\n{owner_email}")),
                wait(14),
                ask("measure.active_days_28", ">=", 4),
                mail("champion", _("Two weeks in, {first_name}"), _("Hello {first_name},\n\nyour colleagues have made a good start. Who else at {customer} should see it now? If you give me two names, I will show them round in 20 minutes.\n\n{owner}")),
                OTHERWISE,
                task(_("{customer} has hardly begun: ask what is in the way"), 1, _("Use on fewer than 4 days so far. Offer to do the set-up together, on a date, not “some time”."), reasons=["active_days_28", "last_usage_on"]),
                END,
                wait(14),
                task(_("Look at the first result with {customer}"), 3, _("Did they reach what was agreed on day one? Write down the figure before and after."), reasons=["active_days_28", "core_adoption_28"]),
            ],
        },
    },
    {
        "key": "onboarding-stalled",
        "name": _("Onboarding stalled"),
        "purpose": _(
            "A young customer who stops using it has met an obstacle and says nothing. One week of silence in the first "
            "90 days is early enough to clear it away; later it becomes a habit to do without."
        ),
        "draft": {
            "trigger": {"kind": "filter", "when": "entered", "rule": rule(("measure.mrr", ">", 0), ("measure.tenure_days", "between", [14, 90]), ("measure.active_days_28", "<", 4))},
            "cause_gone": True,
            "again": after(45, 2),
            "steps": [
                task(_("Clear the way for {customer}: they have stalled"), 1, _("Ask one question: what would have to happen this week so that they can go on? Then do that, or get it done."), reasons=["active_days_28", "last_usage_on", "tenure_days"]),
                DONE,
                {"kind": "branch", "on": "outcome", "outcome": "solved"},
                OTHERWISE,
                mail("decision_maker", _("{first_name}, shall we set it up together?"), _("Hello {first_name},\n\n{customer} began well, and then it became quiet. That mostly means that something of ours stands in the way.\n\nI would like to finish the set-up together with one of your people: 45 minutes, and you have the first result in your hands. Whom should I call, and when this week?\n\n{owner}\n{owner_email}")),
                END,
                wait(14),
                ask("measure.active_days_28", "<", 4),
                task(_("Decide with {customer} how to go on"), 3, _("Still hardly any use. Speak to whoever signed: new start with a date, or another plan that fits."), owner=LEAD, reasons=["active_days_28", "score"]),
                END,
            ],
        },
    },
    {
        "key": "adoption-drop",
        "name": _("Adoption drop"),
        "purpose": _(
            "Use falls weeks before anybody says a word of leaving. A drop of 40 % against their own weeks before is more "
            "than a holiday; whoever asks at once still meets people who want it to work."
        ),
        "draft": {
            "trigger": {"kind": "filter", "when": "entered", "rule": rule(("measure.mrr", ">", 0), ("measure.usage_change_28", "<", -0.4))},
            "cause_gone": True,
            "again": after(60),
            "steps": [
                task(_("Ask {customer} why they use it less"), 2, _("Ask what changed: people, process, or us. Don't show them a chart; listen first."), reasons=["usage_change_28", "active_users_28", "core_adoption_28", "last_usage_on"]),
                DONE,
                {"kind": "branch", "on": "outcome", "outcome": "no_answer"},
                mail("champion", _("{first_name}, did something change?"), _("Hello {first_name},\n\nI noticed that your team works with it less than a month ago. Is it a quiet time, has somebody left, or does something get in your way?\n\nA line is enough. If it is something on our side, I want to put it right this week.\n\n{owner}\n{owner_email}")),
                END,
                wait(21),
                task(_("Look whether {customer} is back"), 2, _("Compare with the weeks before the drop. If not: a short training for those who are active still."), reasons=["usage_change_28", "active_users_28", "score"]),
            ],
        },
    },
    {
        "key": "detractor-answer",
        "name": _("Detractor"),
        "purpose": _(
            "Who gives 0 to 6 and hears nothing has said it for the last time. A call within two working days that only "
            "listens turns many of them; the answer that follows names what is done, by whom, and until when."
        ),
        "draft": {
            "trigger": {"kind": "event", "event": "answer", "where": [{"key": "class", "value": "detractor"}]},
            "lane": "promised",
            "again": after(30),
            "steps": [
                task(_("Call {customer}: a low score came in"), 2, _("Thank them, let them tell it, promise nothing yet. Note who said what."), reasons=["last_nps", "score", "escalated_tickets_56"]),
                DONE,
                mail("who_answered", _("What you told us, {first_name}"), _("Hello {first_name},\n\nthank you for saying plainly what is wrong. I took from it:\n\n– \n\nWhat we do about it, and until when:\n\n– \n\nI will write to you on that day, whatever came of it.\n\n{owner}\n{owner_email}")),
                wait(21),
                task(_("Keep the promise to {customer}"), 2, _("Was done what was written? Tell them, also where it was not."), reasons=["last_nps", "score"]),
            ],
        },
    },
    {
        "key": "renewal",
        "name": _("Renewal 120 / 90 / 30"),
        "purpose": _(
            "A renewal is decided before anybody speaks of it. It is counted from the last day to give notice, not from "
            "the end of the term: at 120 days there is time to show value, at 90 to mend what is broken, at 30 to sign."
        ),
        "draft": {
            "trigger": {"kind": "date", "key": "measure.notice_on", "days": 120, "side": "before"},
            "audience": rule(("measure.mrr", ">", 0)),
            "lane": "promised",
            "again": after(90),
            "steps": [
                task(_("Prepare the renewal of {customer}"), 5, _("What did they get out of it this year, in figures? Who signs, and is that still the same person?"), reasons=["notice_on", "score", "active_users_28", "champion_left"]),
                {"kind": "wait", "for": "until", "key": "measure.notice_on", "days": -90},
                ask("measure.band", "in", ["risk", "watch"]),
                task(_("Mend what is broken at {customer} before their notice"), 5, _("90 days left. One plan with dates; tell the lead."), lane="risk", reasons=["notice_on", "score", "usage_change_28", "escalated_tickets_56"]),
                {"kind": "notify", "how": "mail", "owner": LEAD, "words": _("{customer} can give notice in {days_to_notice} days and is not well. Their owner is {owner}.")},
                OTHERWISE,
                mail("decision_maker", _("{customer}: the year so far"), _("Hello {first_name},\n\nbefore we speak of the next year, I would like to show you what this one brought {customer}: who works with it, what for, and what I would do differently.\n\nHalf an hour in the next two weeks: which day suits you?\n\n{owner}\n{owner_email}")),
                END,
                {"kind": "wait", "for": "until", "key": "measure.notice_on", "days": -30},
                task(_("Settle the renewal of {customer}"), 3, _("30 days left: a clear yes, or a clear reason. No silence."), reasons=["notice_on", "renewal_on", "score", "overdue_invoices"]),
            ],
        },
    },
    {
        "key": "failed-payment",
        "name": _("Failed payment"),
        "purpose": _(
            "Most payments that fail are an expired card and nobody's decision. A friendly word to whoever pays, then to "
            "whoever uses it, keeps customers who never meant to leave."
        ),
        "draft": {
            "trigger": {"kind": "filter", "when": "entered", "rule": rule(("measure.overdue_invoices", ">", 0), ("measure.mrr", ">", 0))},
            "cause_gone": True,
            "again": after(30),
            "steps": [
                mail("billing", _("A payment for {customer} did not go through"), _("Hello {first_name},\n\na payment of {customer} to {our_company} did not go through. Mostly a card has expired. Could you have a look, or tell me whom to ask?\n\nNothing is switched off.\n\n{owner}\n{owner_email}")),
                wait(7),
                task(_("Call {customer} about the open invoice"), 2, _("Ask the person who uses it to ask the person who pays. Is it the card, the budget, or a doubt?"), reasons=["overdue_invoices", "score"]),
                wait(14),
                task(_("Decide how to go on with the open invoice of {customer}"), 2, _("Three weeks open. Agree on a date or a plan of payments before anything is switched off."), owner=LEAD, lane="promised", reasons=["overdue_invoices", "mrr"]),
            ],
        },
    },
    {
        "key": "champion-left-playbook",
        "name": _("Champion left"),
        "purpose": _(
            "Who wanted us has gone, and whoever follows did not choose us. The first weeks belong to the new one: be "
            "there before they ask why this is paid for."
        ),
        "draft": {
            "trigger": {"kind": "filter", "when": "entered", "rule": rule(("measure.champion_left", "is", True), ("measure.mrr", ">", 0))},
            "cause_gone": True,
            "again": after(90),
            "steps": [
                task(_("Find out who follows the champion at {customer}"), 2, _("Ask those who are active who decides now. Keep the one who left: they may want us at their next company."), reasons=["champion_left", "active_contacts", "active_users_28", "notice_on"]),
                DONE,
                mail("decision_maker", _("{first_name}, what {customer} has it for"), _("Hello {first_name},\n\nyou have taken over something that others chose. In 30 minutes I can show you who at {customer} works with it, what they get done, and what you could stop doing.\n\nIf you then think that it is not worth it, tell me: better now than in a year. Which day suits you?\n\n{owner}\n{owner_email}")),
                wait(21),
                task(_("Is there a new champion at {customer}?"), 3, _("Somebody who would miss it, by name. If not, say so in the risk register."), reasons=["active_contacts", "score", "notice_on"]),
            ],
        },
    },
    {
        "key": "expansion",
        "name": _("Expansion"),
        "purpose": _(
            "Growth is offered to who is well and uses it more, never as a way to save somebody. Good health, more use "
            "than before, nothing overdue: then ask what the next team would need."
        ),
        "draft": {
            "trigger": {"kind": "filter", "when": "entered", "rule": rule(("measure.band", "is", "good"), ("measure.usage_change_28", ">", 0.2), ("measure.core_adoption_28", ">=", 0.6), ("measure.overdue_invoices", "is", 0))},
            "lane": "growth",
            "again": after(180),
            "goal": rule(("measure.mrr_change_90", ">", 0)),
            "steps": [
                task(_("Ask {customer} who else could use it"), 10, _("They do well. Which team has the same problem? Ask for the introduction, not for the order."), reasons=["usage_change_28", "active_users_28", "core_adoption_28", "score"]),
                DONE,
                {"kind": "branch", "on": "outcome", "outcome": "reached"},
                wait(30),
                task(_("Ask {customer} again about the next team"), 10, "", reasons=["active_users_28", "mrr_change_90"]),
                END,
            ],
        },
    },
    {
        "key": "win-back",
        "name": _("Win-back"),
        "purpose": _(
            "Who left knows us, and the reason is written down. After three months the new tool has shown its own "
            "faults: ask once, honestly, with what has changed since. Ask once more after half a year, then leave it."
        ),
        "draft": {
            "trigger": {"kind": "event", "event": "lost", "where": []},
            "lane": "growth",
            "again": after(365, 2),
            "goal": rule(("measure.mrr", ">", 0)),
            "steps": [
                wait(90),
                task(_("Look whether the reason why {customer} left still stands"), 10, _("Read the reason. Has it been mended? Only then write.")),
                DONE,
                {"kind": "branch", "on": "outcome", "outcome": "solved"},
                mail("decision_maker", _("{first_name}, what you missed is there now"), _("Hello {first_name},\n\nwhen {customer} left us, you told us why. We have worked on just that since:\n\n– \n\nI don't want to talk you into anything. If it is worth half an hour to you, I will show it to you with your own data.\n\n{owner}\n{owner_email}"), nature="marketing"),
                END,
                wait(90),
                task(_("A last look at {customer}"), 10, _("Any sign from them? If not, let it rest.")),
            ],
        },
    },
    {
        "key": "anniversary",
        "name": _("Loyalty anniversary"),
        "purpose": _(
            "Who has been with us for a year is thanked on the day, by a person, with a figure that is theirs. It asks for "
            "nothing: that is why it is read."
        ),
        "draft": {
            "trigger": {"kind": "date", "key": "attribute.created_on", "days": 0, "side": "after", "yearly": True},
            "audience": rule(("measure.mrr", ">", 0), ("measure.band", "in", ["good", "watch"]), ("measure.overdue_invoices", "is", 0)),
            "lane": "growth",
            "again": after(300),
            "steps": [
                mail("champion", _("{years} years, {first_name}: thank you"), _("Hello {first_name},\n\n{customer} has been with us for {years} years today. {active_users} of your people worked with it in the last four weeks.\n\nThank you. If there is one thing we should have done better in that time, I would like to hear it from you.\n\n{owner}")),
            ],
        },
    },
]  # fmt: skip


def install(apps, schema_editor):
    Playbook = apps.get_model("playbooks", "Playbook")
    for one in LIBRARY:
        draft = {"audience": {"all": []}, "owner": {"role": "owner"}, "lane": "risk", "again": {"mode": "never"}}
        values = {"name": one["name"], "purpose": one["purpose"], "draft": {**draft, **one["draft"]}}
        Playbook.objects.get_or_create(key=one["key"], defaults=values)


class Migration(migrations.Migration):
    replaces = [("playbooks", "0005_library")]

    dependencies = [("playbooks", "0002_queue_rules")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
