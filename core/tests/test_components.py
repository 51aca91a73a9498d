import pytest
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from core.forms import Select

NASTY = "<script>alert('x')</script>\" onclick=\"x"


def render(source, **context):
    compiled = CottonCompiler().process(source)
    return engines["django"].from_string(compiled).render(context, RequestFactory().get("/"))


@pytest.mark.parametrize(
    "source",
    [
        "<c-button :label='nasty' icon='plus' />",
        "<c-button :href='nasty'>{{ nasty }}</c-button>",
        "<c-button href='{{ nasty }}' title='{{ nasty }}'>Open</c-button>",
        "<c-badge tone='good'>{{ nasty }}</c-badge>",
        "<c-band state='risk'>{{ nasty }}</c-band>",
        "<c-card :title='nasty' :note='nasty'>{{ nasty }}</c-card>",
        "<c-card title='{{ nasty }}'>x</c-card>",
        "<c-figure :label='nasty' :href='nasty' :of='nasty' :note='nasty'>{{ nasty }}</c-figure>",
        "<c-figure label='{{ nasty }}' href='/x/'>{{ nasty }}</c-figure>",
        "<c-empty :title='nasty'>{{ nasty }}</c-empty>",
        "<c-avatar :name='nasty' />",
        "<c-avatar name='{{ nasty }}' />",
        "<c-menu :label='nasty'><c-menu-item :href='nasty'>{{ nasty }}</c-menu-item></c-menu>",
        "<c-page-head :title='nasty' :note='nasty' />",
        "<c-breadcrumbs :current='nasty' />",
        "<c-toast :undo='nasty'>{{ nasty }}</c-toast>",
        "<c-note>{{ nasty }}</c-note>",
    ],
)
def test_components_escape_what_they_are_given(source):
    html = render(source, nasty=NASTY)
    assert "<script" not in html
    assert '" onclick="x' not in html
    assert "&amp;lt;" not in html, "escaped twice"


def test_a_component_does_not_read_the_page_around_it():
    assert "Queue" not in render("<c-card>x</c-card>", title="Queue")


def test_a_figure_opens_in_the_sheet_and_without_a_script_as_a_page():
    html = render("<c-figure label='NRR' href='/nrr/'>104 %</c-figure>")
    assert 'href="/nrr/" hx-get="/nrr/" hx-target="#sheet-body"' in html
    assert 'aria-label="NRR: 104 %"' in html


def test_a_button_with_an_address_is_a_link():
    assert render("<c-button href='/a/'>Go</c-button>").strip().startswith('<a href="/a/"')
    assert render("<c-button>Go</c-button>").strip().startswith('<button type="submit"')


def test_a_select_escapes_and_marks_what_is_chosen():
    html = Select(attrs={"class": "input"}, choices=[("", "Any"), (7, NASTY), ("b&b", "B")]).render("owner", 7)
    assert html == (
        '<select class="input" name="owner"><option value="">Any</option><option value="7" selected>'
        "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot; onclick=&quot;x</option>"
        '<option value="b&amp;b">B</option></select>'
    )
