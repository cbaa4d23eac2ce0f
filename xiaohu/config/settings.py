"""Django's settings, derived from the options of one installation."""

import secrets
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from xiaohu.config.databases import databases
from xiaohu.config.options import Options, load

XIAOHU: Options = load()
LOCAL = ("127.0.0.1", "localhost", "[::1]")  # health checks ask here
PACKAGE = Path(__file__).resolve().parents[1]


def _secret_key(options: Options) -> str:
    """Return the key of signed cookies: given, or made by the first start, else for this process."""
    if options.secret_key is not None:
        return options.secret_key.get_secret_value()
    try:
        return (options.data_dir / "keys" / "secret.key").read_text(encoding="ascii").strip()
    except OSError:
        return secrets.token_hex(32)


SECRET_KEY = _secret_key(XIAOHU)
DEBUG = False
ALLOWED_HOSTS = ["*"] if XIAOHU.public_url is None else [XIAOHU.public_host, *LOCAL]

ROOMS = (
    "queue",
    "vault",
    "vault.keystore",
    "trail",
    "access",
    "gateways",
    "registry",
    "settlement",
    "screening",
    "proofing",
    "exports",
    "notices",
    "erasure",
    "assistance",
    "closures",
    "ui",
    "portal",
    "help",
    "desk",
    "ops",
    "config",
)


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    *(f"xiaohu.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # with a random length against BREACH
    "csp.middleware.CSPMiddleware",
    "xiaohu.ui.maintenance.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xiaohu.access.middleware.SubscriberSessionMiddleware",
    "xiaohu.ui.setting_up.SettingUpMiddleware",
    "xiaohu.ui.typed.TypedMiddleware",
    "xiaohu.ui.refusals.RefusalMiddleware",
    "xiaohu.ui.methods.MethodsMiddleware",
]
CSRF_FAILURE_VIEW = "xiaohu.ui.views.form_expired"

ROOT_URLCONF = "xiaohu.config.urls"
WSGI_APPLICATION = "xiaohu.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xiaohu.ui.context.page",
            ],
        },
    }
]

DATABASES = databases(XIAOHU)
DATABASE_ROUTERS = ["xiaohu.vault.router.KeystoreRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.StaffUser"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "desk:sign_in"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_RATE_LIMITS = False
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "xiaohu.access.mfa.EncryptedMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ, and typing takes time (RFC 6238, section 5.2)

SESSION_COOKIE_NAME = "xh_staff"
SESSION_COOKIE_AGE = 15 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SECURE_COOKIES = XIAOHU.address.startswith("https://")
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("language.zh")), ("en", _("language.en"))]
LANGUAGE_COOKIE_NAME = "xh_lang"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "ui" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

STATIC_URL = "static/"
STATIC_ROOT = XIAOHU.data_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A paper of somebody never lies on a disk unsealed: uploads are read into memory or not at all.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024

# Values never reach a log: messages carry ids and codes, and SQL is not logged.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "PIL": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django.db.backends": {"level": "WARNING"},
    },
}
