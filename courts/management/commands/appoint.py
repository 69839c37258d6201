"""The first person of a new installation: someone must be able to post the others."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from audit.trail import Refused
from courts import services
from courts.clock import today
from courts.models import Court, User
from courts.roles import ROLE_CHOICES


class Command(BaseCommand):
    help = "Create a person (unless there is one) with a post from today, and print a first password once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True)
        parser.add_argument("--court", required=True, help="code of the court, such as 川1502")
        parser.add_argument("--role", default="itadmin", choices=[code for code, _ in ROLE_CHOICES])
        parser.add_argument("--email", default="")

    def handle(
        self, *args: Any, username: str, name: str, court: str, role: str, email: str, **options: Any
    ) -> None:
        place = Court.objects.filter(code=court).first()
        if place is None:
            raise CommandError(
                f"--court {court!r} is no court of the catalogue; a code such as 川1502 would be right"
            )
        try:
            password = self.appoint(username, name, place, role, email)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(
            f"{username} holds {role} at {place}" + (f"; first password: {password}" if password else "")
        )

    @transaction.atomic
    def appoint(self, username: str, name: str, court: Court, role: str, email: str) -> str:
        now, password = timezone.now(), ""
        user = User.objects.filter(username=username).first()
        if user is None:
            user = services.create_user(username=username, name=name, email=email, by=None, at=now)
            password = services.set_first_password(user=user, at=now)
        held = user.postings.held_on(today()).filter(court=court, role=role, division=None)
        if not held.exists():
            services.post_user(user=user, court=court, role=role, starts_on=today(), by=None, at=now)
        return password
