from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """Draws ``{{ form }}`` and ``{{ field.as_field_group }}`` in our look, wherever a form stands."""

    form_template_name = "core/forms/form.html"
    field_template_name = "core/forms/field.html"
