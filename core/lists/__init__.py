"""The frame of a list: one declaration of columns and filters, read by its page, its files and the API."""
