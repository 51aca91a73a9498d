"""What a browser would post: the fields of a page's form, as it was drawn."""

from html.parser import HTMLParser

from django.http import QueryDict


class _Fields(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.select, self.options, self.area = {}, None, [], None

    def handle_starttag(self, tag, pairs):
        has = dict(pairs)
        if tag == "input" and "name" in has and ("checked" in has or has.get("type") not in ("checkbox", "radio")):
            self.found.setdefault(has["name"], []).append(has.get("value") or "")
        elif tag == "select":
            self.select, self.options = has.get("name"), []
        elif tag == "option":
            self.options.append((has.get("value") or "", "selected" in has))
        elif tag == "textarea":
            self.area, self.found[has["name"]] = has["name"], [""]

    def handle_data(self, data):
        if self.area:
            self.found[self.area][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None
        elif tag == "select" and self.options:
            chosen = [value for value, selected in self.options if selected] or [self.options[0][0]]
            self.found[self.select] = chosen


def fields_of(html):
    """The values that the form would post, by name: a list for each."""
    reader = _Fields()
    reader.feed(html if isinstance(html, str) else html.content.decode())
    return reader.found


def post_of(found):
    """What is posted by these fields, as a view sees it; a value alone is a list of one."""
    data = QueryDict("", mutable=True)
    for name, values in found.items():
        data.setlist(name, values if isinstance(values, list) else [values])
    return data
