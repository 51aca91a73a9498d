from typing import Final

# A row of a customer that names a contact of another one.
OTHER_CUSTOMER: Final = "EXISTS (SELECT FROM customers_contact c WHERE c.id = contact AND c.customer_id <> customer)"


def known_otherwise(noun: str, table: str, *pairs: tuple[str, str]) -> str:
    """SQL: the row of the source's id ``noun``_id is there already, but differs in one of (its column, ours)."""
    differs = " OR ".join(f"k.{column} IS DISTINCT FROM r.{ours}" for column, ours in pairs)
    return (
        f"EXISTS (SELECT FROM core_externalid x JOIN {table} k ON k.id = x.object_id"
        f" WHERE x.source_id = %(source)s AND x.noun = '{noun}' AND x.value = r.{noun}_id AND ({differs}))"
    )
