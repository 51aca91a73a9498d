"""Stripe: what it says of its objects is kept as it came, and what it means for us follows from all that is known.

``said`` keeps, ``known`` puts in order, ``plan``, ``bills`` and ``cards`` are pure functions of what is known,
``apply`` writes the difference. So the order in which Stripe's messages come does not matter.
"""
