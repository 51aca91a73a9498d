"""What programs come and go through: the API, the intake of events, Stripe."""

from config.settings.place import env

INTAKE_AT_ONCE = env.int("INTAKE_AT_ONCE", default=6)  # requests that a process takes in at once; the rest wait outside

STRIPE_API = env("STRIPE_API", default="https://api.stripe.com")  # another one speaks like it: a test server, a proxy

API_A_MINUTE = env.int("API_A_MINUTE", default=600)  # requests that a key may send in a minute
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.Scoped"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.AMinute"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsing.Json"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.parsing.AlwaysJson",
    "DEFAULT_PAGINATION_CLASS": "core.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Holdfast",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["core.api.schema.exact", "core.api.schema.with_problems"],
}
