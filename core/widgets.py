"""Django's own widgets as HTML: what its templates say, put together without the three or four that a field passes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from core.markup import escaped

Widget = Mapping[str, Any]
FOLDER: Final = "django/forms/widgets/"
INPUTS: Final = ("checkbox", "date", "datetime", "email", "hidden", "number", "password", "search", "text", "url")


def written(template: str, context: Mapping[str, Any]) -> str | None:
    """What ``template`` says of ``context``; None for one that is not known here, and for choices in groups."""
    if template == "django/forms/errors/list/default.html":
        return None if context["errors"] else ""
    write = WRITERS.get(template)
    return write(context["widget"]) if write else None


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{escaped(widget["value"])}"'
    name = escaped(widget["name"])
    return f'<input type="{escaped(widget["type"])}" name="{name}"{value}{_attributes(widget["attrs"])}>'


def _attributes(attrs: Mapping[str, Any]) -> str:
    """Those that are True stand by their name alone, those that are False not at all."""
    said = (
        (name, "" if value is True else f'="{escaped(value)}"') for name, value in attrs.items() if value is not False
    )
    return "".join(f" {escaped(name)}{value}" for name, value in said)


def _choices(widget: Widget) -> str | None:
    if any(group for group, _options, _index in widget["optgroups"]):
        return None
    own = {name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)}
    options = (option for _group, options, _index in widget["optgroups"] for option in options)
    return f"<div{_attributes(own)}>{''.join(f'<div>{_choice(option)}</div>' for option in options)}</div>"


def _choice(option: Widget) -> str:
    if not option["wrap_label"]:
        return _input(option)
    id_ = option["attrs"].get("id")
    opening = f'<label for="{escaped(id_)}">' if id_ else "<label>"
    return f"{opening}{_input(option)} {escaped(option['label'])}</label>"


WRITERS: Final[Mapping[str, Callable[[Widget], str | None]]] = {
    **{f"{FOLDER}{name}.html": _input for name in INPUTS},
    **{f"{FOLDER}{name}.html": _choices for name in ("radio", "checkbox_select")},
}
