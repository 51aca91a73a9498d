from datetime import date

import factory

from customers.models import Customer


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Customer {n}")
    created_on = date(2020, 1, 1)
    known_on = factory.SelfAttribute("created_on")
