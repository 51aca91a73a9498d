class MissingRate(Exception):
    """An amount needs an exchange rate that is not there. The message names currency and day."""
