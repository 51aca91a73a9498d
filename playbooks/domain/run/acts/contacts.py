"""Steps that reach a contact: a mail, or a survey."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from customers.domain import timeline
from customers.models import Contact
from playbooks.domain.book import calendar
from playbooks.domain.opening import Draft, open_items
from playbooks.domain.run import letters
from playbooks.domain.run.acts.turn import Done, Turn, cause_of, items_of
from playbooks.domain.run.contacts import choose
from playbooks.models import Letter, Run
from surveys.domain import planning
from surveys.models import Survey


def mail(turn: Turn) -> list[Done]:
    """Write to a contact of each: a draft in the owner's queue, or a mail that leaves. None without a contact."""
    contacts = choose(turn.runs, turn.step["to"])
    writable = [run for run in turn.runs if run.pk in contacts]
    texts = timeline.write_texts(texts=[_letter_words(turn, run, contacts[run.pk]) for run in writable])
    is_draft = bool(turn.step.get("draft", True))
    made = [
        Letter(
            run=run,
            index=run.index,
            visit=run.visit,
            customer_id=run.customer_id,
            contact=contacts[run.pk],
            sender=turn.owner(run),
            text=text,
            nature=turn.step.get("nature", "service"),
            state=Letter.State.DRAFT if is_draft else Letter.State.APPROVED,
            made_at=turn.at,
        )
        for run, text in zip(writable, texts, strict=True)
    ]
    Letter.objects.bulk_create(made)
    if is_draft:
        _put_before_owners(turn, made)
    else:
        letters.post(made)
    by_run = {letter.run_id: letter for letter in made}
    return [_mailed(by_run.get(run.pk)) for run in turn.runs]


def _letter_words(turn: Turn, run: Run, contact: Contact) -> tuple[int, int | None, str]:
    owner = turn.owner(run)
    subject = " ".join(turn.words(run, turn.step["subject"], owner, contact).split())
    return run.customer_id, contact.pk, f"{subject}\n{turn.words(run, turn.step['body'], owner, contact)}"


def _put_before_owners(turn: Turn, made: Sequence[Letter]) -> None:
    if not made:
        return
    cause = cause_of("mail", turn.runs[0], turn.runs[0].index)
    drafts = [
        Draft(
            customer_id=letter.customer_id,
            cause=cause,
            title=_("Read and send: %(subject)s") % {"subject": turn.step["subject"].split("{")[0].strip(" ,:–-")},
            due_on=calendar.add(turn.day(letter.sender), 1, "business_days", letter.run.customer.country),
            owner_id=letter.sender_id,
            lane=turn.content.lane,
        )
        for letter in made
    ]
    open_items(drafts, at=turn.at)
    ids = items_of(cause, turn.runs)
    for letter in made:
        letter.work_item_id = ids[letter.customer_id]
    Letter.objects.bulk_update(made, ["work_item"])


def _mailed(letter: Letter | None) -> Done:
    if letter is None:
        return Done({"none": "no_contact"})
    return Done({"letter": str(letter.uid), "state": str(letter.state)}, work_item=letter.work_item_id)


def survey(turn: Turn) -> list[Done]:
    """Ask a contact of each. The contact policy may hold or refuse it; that is the survey's own record."""
    contacts = choose(turn.runs, turn.step["to"])
    asked = Survey.objects.get(pk=turn.step["survey"])
    found: dict[int, User | None] = {run.pk: turn.owner(run) for run in turn.runs if run.pk in contacts}
    for user in {user for user in found.values() if user}:
        theirs = [contacts[pk] for pk, one in found.items() if one == user]
        planning.ask(survey=asked, contacts=theirs, by=user, at=turn.at)
    return [Done({"survey": asked.pk} if found.get(run.pk) else {"none": "no_contact"}) for run in turn.runs]
