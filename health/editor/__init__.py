"""The editor of scorecards: a definition as a form, its buttons, its curves, and what is wrong with which field."""
