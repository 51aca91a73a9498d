"""Who may come in: passwords, second factors, single sign-on."""

from typing import Any
from urllib.parse import urlsplit

from config.settings.place import HTTPS, env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.Breached"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {"login": ""}  # GUESSES counts for all processes together
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=7 * 24) * 3600  # from sign-in on, however busy it is
SESSION_IDLE = env.int("SESSION_IDLE_HOURS", default=24) * 3600  # from its last use on
GUESSES = {"account": (5, 15 * 60), "address": (100, 15 * 60)}  # wrong passwords or codes, in so many seconds

MFA_ADAPTER = "accounts.second.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Holdfast"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator gave the address
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # http://localhost, as browsers allow
ACCOUNT_FORMS = {
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "login": "accounts.sign_in_forms.LoginForm",
}
MFA_FORMS = {
    "authenticate": "accounts.second.CodeForm",
    "reauthenticate": "accounts.second.CodeAgainForm",
    "add_webauthn": "accounts.sign_in_forms.PasskeyForm",
}

# One provider of single sign-on, found by its issuer: Entra ID, Google, Okta, Keycloak …
SSO_ISSUER = env("SSO_ISSUER", default="").rstrip("/")
# Where the provider leads a browser on to, beside its own origin: "https://login.example.com https://id.example.com"
SSO_ORIGINS = [f"{urlsplit(SSO_ISSUER).scheme}://{urlsplit(SSO_ISSUER).netloc}"] if SSO_ISSUER else []
SSO_ORIGINS += env.list("SSO_ORIGINS", default=[])
SOCIALACCOUNT_ADAPTER = "accounts.single.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address proves nothing: issuer and subject do
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {"provider_class": "accounts.single.Provider", "OAUTH_PKCE_ENABLED": True, "APPS": []}
}
if SSO_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "sso",
            "name": env("SSO_NAME", default="single sign-on"),
            "client_id": env("SSO_CLIENT_ID", default=""),
            "secret": env("SSO_CLIENT_SECRET", default=""),
            "settings": {"server_url": SSO_ISSUER},
        }
    )
