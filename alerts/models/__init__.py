from alerts.models.alert import Alert, Handling, NodeWatch, Sweep, UsualSpan, Watch
from alerts.models.movement import Movement
from alerts.models.sending import Delivery, Endpoint, Subscription
from alerts.models.telling import Notice, Preference, Prompt

__all__ = [
    "Alert", "Delivery", "Endpoint", "Handling", "Movement", "NodeWatch", "Notice", "Preference", "Prompt", "Subscription",
    "Sweep", "UsualSpan", "Watch",
]  # fmt: skip
