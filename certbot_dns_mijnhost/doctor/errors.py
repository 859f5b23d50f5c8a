"""What keeps the doctor from an answer of DNS."""

from __future__ import annotations


class InspectionError(Exception):
    """DNS does not answer a question of the doctor; says why."""


class BrokenDNSSECError(InspectionError):
    """A validating resolver refuses a zone, and answers when asked not to validate."""
