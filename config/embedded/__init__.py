"""PostgreSQL and a broker out of Python wheels, so that a bare machine can run the whole product.

Nothing here is used when `DATABASE_URL` and `BROKER_URL` are set.
"""
