from core.privacy import PERSONAL, PLAIN, Privacy, Subject
from customers.domain import erasing

FIELDS: dict[str, Privacy] = {
    "Attribute.key": PLAIN,
    "Attribute.label": PLAIN,
    "AttributeChange.key": PLAIN,
    "AttributeChange.value": PLAIN,  # of a company
    "Contact.email": PERSONAL,
    "Contact.language": PERSONAL,
    "Contact.name": PERSONAL,
    "Contact.time_zone": PERSONAL,
    "ContactPolicy.quiet_weekdays": PLAIN,
    "ContactSend.about": PLAIN,
    "Customer.attributes": PLAIN,  # of a company
    "Customer.country": PLAIN,
    "Customer.domain": PLAIN,
    "Customer.industry": PLAIN,
    "Customer.language": PLAIN,
    "Customer.name": PLAIN,
    "Customer.stage": PLAIN,
    "Customer.time_zone": PLAIN,
    "Document.content": PERSONAL,
    "Document.name": PERSONAL,
    "Goal.measure": PLAIN,
    "MeasurePlace.key": PLAIN,
    "Merge.taken": PLAIN,  # of a company
    "MailReceived.digest": PLAIN,  # of an identifier
    "SavedFilter.name": PLAIN,
    "SavedFilter.rule": PLAIN,  # over companies
    "Suppression.digest": PLAIN,  # outlives the address: that is its purpose
    "Text.body": PERSONAL,
    "Ticket.kind": PLAIN,
    "TicketState.priority": PLAIN,
    "TimelineEntry.kind": PLAIN,
    "TimelineEntry.values": PLAIN,  # ids in place of people; their words are in Text
}


def erase(subject: Subject) -> dict[str, int]:
    return erasing.erase(subject)
