import logging


class ShortRefusals(logging.Filter):
    """A request that was refused is a line, not a traceback: anybody could fill the log with those."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True
