"""How the account says no: an HTTP status and the text of ``status_description``.

.. code-block:: text

    Refused
"""

from __future__ import annotations

# Documented.
NO_KEY = "No valid API key set"

# Seen in practice.
NOT_WHITELISTED = "Remote IP address is not found in the API key whitelist"
NO_ACCESS = "You have no access to this resource"
WRONG_METHOD = "Wrong request method"
NOT_MANAGED = "DNS records not managed by mijn.host"

# Assumed: the status is documented, these texts are ours.
METHOD_NOT_ALLOWED = "Method not allowed"
NOT_FOUND = "The requested resource could not be found"
TOO_MANY = "Too many requests"
BAD_BODY = "The request body is not valid"


class Refused(Exception):  # noqa: N818 - what happened, as a reader would say it
    """The account refuses a request.

    :param status: HTTP status code
    :param description: what the envelope says
    """

    def __init__(self, status: int, description: str) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description


def bad_request(description: str) -> Refused:
    """Say 400 with this text."""
    return Refused(400, description)
