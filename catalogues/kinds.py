"""Every kind of catalogue that is kept in editions, by name."""

from __future__ import annotations

from catalogues import fields, supervision_fields

KINDS = {**fields.KINDS, **supervision_fields.KINDS}
