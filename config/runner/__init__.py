"""`make run`: the whole product in one terminal, for a trial, for development, for a small company."""
