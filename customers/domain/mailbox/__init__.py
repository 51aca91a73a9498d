"""The mailbox of an installation: what is copied to it, and answers to what it wrote, are filed on their customers."""

from customers.domain.mailbox.addresses import Door, copy_address, door_of, reply_address
from customers.domain.mailbox.filing import Filed, file
from customers.domain.mailbox.reading import Incoming, read

__all__ = ["Door", "Filed", "Incoming", "copy_address", "door_of", "file", "read", "reply_address"]
