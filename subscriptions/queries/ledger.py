"""Reads of the ledger: which of its rows are in force, by what was known."""

from typing import Final

# A row counts unless one that replaces, known by then, stands after it for the same customer and day. Rows that
# replace are few: the database looks for them in a small table of its own. Over movements ``m`` of one ruleset;
# parameters: ``ruleset``, ``known_on`` (exclusive).
IN_FORCE: Final = """m.ruleset_id = %(ruleset)s AND m.known_on < %(known_on)s AND NOT EXISTS (
    SELECT FROM subscriptions_mrrmovement later
    WHERE later.ruleset_id = %(ruleset)s AND later.replaces AND later.known_on < %(known_on)s
      AND later.customer_id = m.customer_id AND later.day = m.day
      AND (later.known_on, later.revision) > (m.known_on, m.revision))"""
