"""All settings, by topic, from the environment.

Every variable ``NAME`` may instead be given as ``NAME_FILE``, the path of a file that holds its value
(secrets of the production shape). Numbers a court could argue about never live here: they are catalogue data.
"""

import re
from pathlib import Path

import environ
from django.templatetags.static import static

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()

# --- who we are -----------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="")  # empty: the batch commands run, anything that signs refuses
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # earlier keys, while one is replaced
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# A proxy of ours ends TLS and says by X-Forwarded-* who asked and how; never set it without one.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

# --- rooms (lowest last; see [tool.importlinter]) -------------------------------------------------
INSTALLED_APPS = [
    "pipeline",
    "dashboard",
    "ingest",
    "alerts",
    "supervision",
    "quota",
    "deviation",
    "precedents",
    "cases",
    "catalogues",
    "courts",
    "audit",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.csp.AdminPolicyMiddleware",
    "courts.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "courts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "courts.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "courts.context.house",
                "dashboard.context.navigation",
            ],
        },
    }
]

# --- data -----------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://mingjing_app@localhost/mingjing")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The role the application connects as; migrations run as the owner and take rights away from this one.
DATABASE_APP_ROLE = env("DATABASE_APP_ROLE", default="mingjing_app")
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

MEDIA_ROOT = env("MEDIA_ROOT", default=str(VAR_DIR / "media"))  # uploads; never served
ANCHOR_DIR = env(
    "ANCHOR_DIR", default=str(VAR_DIR / "anchors")
)  # daily roots of the trail leave the database

# --- background work (the schedule is in config/celery.py) ----------------------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600  # long imports run as many short, resumable tasks
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}  # longer than the time limit
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "courts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "courts.backends.PostedUserBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "courts:login"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "courts:login"
SESSION_COOKIE_AGE = env.int("SESSION_MINUTES", default=30) * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AXES_FAILURE_LIMIT = env.int("LOCKOUT_AFTER", default=5)
AXES_COOLOFF_TIME = env.float("LOCKOUT_HOURS", default=0.5)
AXES_LOCKOUT_PARAMETERS = [
    ["username", "ip_address"]
]  # a court shares one address: nobody locks out a colleague
AXES_CLIENT_IP_CALLABLE = "courts.address.address_of"
AXES_LOCKOUT_TEMPLATE = "courts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
DEMO = env.bool("DEMO", default=False)  # the demo court's logins; refused when DEBUG is off

# --- language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
FORMAT_MODULE_PATH = ["config.formats"]

# --- static files ---------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env("STATIC_ROOT", default=str(VAR_DIR / "static"))
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- uploads --------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # larger files stream to disk
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=1024 * 1024 * 1024)

# --- messages that leave the house: mail, webhooks, group robots, the SMS gateway -------------------
EMAIL_BACKEND = env(
    "EMAIL_BACKEND", default="alerts.post.AnsweringBackend"
)  # SMTP; keeps the server's answer
EMAIL_HOST = env("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)  # STARTTLS, usually port 587
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)  # TLS from the first byte, usually port 465
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="mingjing@localhost")
SITE_ADDRESS = env("SITE_ADDRESS", default="http://127.0.0.1:8000")  # what links in messages begin with
# Where webhooks, robots and the gateway may send: host or host:port, https; http only for http://host[:port].
# Empty: nothing leaves.
ALERT_HOSTS = env.list("ALERT_HOSTS", default=[])

# --- telling when the system itself does not run (docs/operations.md) ------------------------------
# Addresses told besides the people posted as 系统管理员; commas, semicolons or line ends stand between them.
ALARM_TO = [each.strip() for each in re.split("[,;，；\n]", env("ALARM_TO", default="")) if each.strip()]
ALARM_WEBHOOK = env("ALARM_WEBHOOK", default="")  # called when mail fails; its host must be in ALERT_HOSTS
METRICS_ALLOW = env.list("METRICS_ALLOW", default=["127.0.0.1", "::1"])  # who may read /running/metrics ...
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # ... or with this as its bearer token

# --- security -------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SESSION_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=not DEBUG)
CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG else 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "courts.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": (),
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}

# --- API ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "courts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["courts.tokens.HasScope"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "courts.pagination.ByCursor",
    "PAGE_SIZE": 100,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "courts.interface.explain_refusal",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mingjing 明镜 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "DESCRIPTION": "案件、期限、预警与目录。怎样取得令牌、怎样调用，见 docs/api.md。",
    "ENUM_NAME_OVERRIDES": {
        "Procedure": "cases.models.PROCEDURES",
        "Category": "cases.models.CATEGORIES",
        "ClockState": "cases.serializers.STATES",
        "ClockLevel": "cases.serializers.LEVELS",
        "CalendarStanding": "cases.serializers.CALENDARS",
        "Sealed": "cases.models.SEALED",
        "AlertStage": "alerts.models.Alert.STAGES",
        "BatchKind": "ingest.models.BATCH_KINDS",
        "BatchState": "ingest.models.Batch.STATES",
        "CatalogueKind": "catalogues.models.KINDS",
        "EditionStatus": "catalogues.api.ISSUED",
        "LinkKind": "cases.models.CaseLink.LINK_KINDS",
        "TokenScope": "courts.roles.SCOPES",
        "FlagState": "supervision.models.flags.STATES",
        "QuotaPlanState": "quota.plan_api.STATES",
        "FlagCategory": "supervision.models.rules.CATEGORIES",
        "NoticeState": "deviation.models.notices.STATES",
        "RunState": "deviation.models.runs.Run.STATES",
        "EventNode": "cases.entries_api.NODE_CHOICES",
    },
}

# --- admin ----------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "明镜 管理目录",
    "SITE_HEADER": "明镜 管理目录",
    "SHOW_BACK_BUTTON": True,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}
    ],
    "STYLES": [lambda request: static("css/catalogues.css")],
    "COLORS": {
        "primary": {
            "50": "#f1f5fa",
            "100": "#e7eef6",
            "200": "#cbdaea",
            "300": "#9dbad6",
            "400": "#5f8fbd",
            "500": "#2f6aa3",
            "600": "#16406b",
            "700": "#123658",
            "800": "#0f2f50",
            "900": "#0b2239",
            "950": "#071626",
        }
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False},
}

# --- logs -----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
    # They log whole addresses, and a robot's address holds its key; a worker turns the root up to INFO.
    "loggers": {"httpx": {"level": "WARNING"}, "httpcore": {"level": "WARNING"}},
}
