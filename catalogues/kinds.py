"""Every kind of catalogue that is kept in editions, by name."""

from __future__ import annotations

from catalogues import fields, quota_fields, sentencing_fields, supervision_fields

KINDS = {**fields.KINDS, **supervision_fields.KINDS, **sentencing_fields.KINDS, **quota_fields.KINDS}
#: The kinds a court may lay its own entries over (本院参数), and those of them it may also add entries to.
OVERLAID = (*supervision_fields.OVERLAID, *sentencing_fields.OVERLAID, *quota_fields.OVERLAID)
ADDED_TO = (*sentencing_fields.ADDED_TO, *quota_fields.ADDED_TO)
