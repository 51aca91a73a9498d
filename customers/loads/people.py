from typing import Final

# A row of a customer that names a contact of another one.
OTHER_CUSTOMER: Final = "EXISTS (SELECT FROM customers_contact c WHERE c.id = contact AND c.customer_id <> customer)"
