"""The authenticator ``dns-mijnhost``: Certbot's side of the plugin.

Certbot imports this module at every run, whichever plugin it then uses. So everything that is not
needed to list the plugin is imported in the functions that use it.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from certbot import errors
from certbot.compat import os
from certbot.plugins import dns_common

from certbot_dns_mijnhost.certbot_adapter import (
    UnusableCredentialsError,
    declared,
    encodable,
    notify,
    plain_errors,
    record_of,
    txt_record,
)

if TYPE_CHECKING:
    from certbot_dns_mijnhost.challenges import DNSChallenges
    from certbot_dns_mijnhost.credentials import Credentials
    from certbot_dns_mijnhost.settings import Settings
    from certbot_dns_mijnhost.zone import TXTRecord

logger = logging.getLogger(__name__)


@declared
class Authenticator(dns_common.DNSAuthenticator):
    """Proves control of domains by TXT records in their zones at mijn.host."""

    description = "Obtain certificates using a DNS TXT record (if mijn.host serves your DNS)."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._challenges: DNSChallenges | None = None
        self._checked: dict[str, Credentials] = {}

    @classmethod
    def add_parser_arguments(
        cls, add: Callable[..., None], default_propagation_seconds: int = 300
    ) -> None:
        """Add the flags. The default of each is None, so that the credentials file can set it.

        Certbot stores no option that is None, and 300 given by flag still differs from no flag.
        """
        add(
            "credentials",
            help="INI file with the mijn.host API key (dns_mijnhost_api_key). Without it, the key "
            "is read from MIJNHOST_API_KEY, MIJNHOST_API_KEY_FILE or systemd's credentials.",
        )
        add(
            "propagation-seconds",
            type=int,
            default=None,
            help="The longest wait in seconds until the name servers serve the records. The wait "
            f"ends as soon as all do; 0 skips it. (default: {default_propagation_seconds})",
        )
        add(
            "nameservers",
            help="Name servers to query instead of the published ones: host[:port], ...",
        )
        add(
            "resolver",
            help="Recursive resolvers for finding the name servers, instead of the system's: "
            "host[:port], ..., or the path of a file like /etc/resolv.conf.",
        )

    def prepare(self) -> None:
        """Make the path of the credentials file absolute, and check the file.

        Certbot calls this before it stores the options of a renewal, and also if the CA reuses its
        authorizations, so that :meth:`perform` is not called. It is called too to list plugins
        and to offer a choice of them: without a credentials file there is nothing to check.

        :raises certbot.errors.MisconfigurationError: if the file is not a usable credentials file.
        """
        if self.conf("credentials") is None:
            return
        given = self.conf("credentials")
        try:
            self._make_path_absolute()
            path = self.conf("credentials")
            self._checked[path] = _checked_credentials(path, self._flag)
        except errors.PluginError as error:
            message = f"{error}{self._stored_path_hint(given)}"
            raise UnusableCredentialsError(message) from error.__cause__

    def more_info(self) -> str:
        """Return a sentence about what the plugin does."""
        return (
            "This plugin adds a TXT record for each challenge through the API of mijn.host, waits "
            "until the name servers serve it, and removes it again."
        )

    def auth_hint(self, failed_achalls: list[Any]) -> str:  # noqa: ARG002
        """Return what the DNS check saw, for a user whose challenges failed."""
        seen = "" if self._challenges is None else self._challenges.seen + " "
        return (
            f"The CA could not validate the challenges; its reason is above. {seen}Check that the "
            "domain's published name servers are those of mijn.host, that a CNAME at "
            "_acme-challenge leads to a zone of this account, and that DNSSEC and CAA records "
            "permit the certificate. `mijnhost doctor -d NAME` checks all of this."
        )

    def perform(self, achalls: list[Any]) -> list[Any]:
        """Publish the records of all challenges, wait for the name servers, and respond.

        :raises certbot.errors.PluginError: if the records cannot be published.
        """
        self._setup_credentials()
        records = [record_of(achall) for achall in achalls]
        with plain_errors():
            self._dns_challenges().publish(records)
        return [achall.response(achall.account_key) for achall in achalls]

    def cleanup(self, achalls: list[Any]) -> None:
        """Remove the records of the challenges. Warns about those that remain, and never fails."""
        if self._challenges is None:
            return
        try:
            self._remove([record_of(achall) for achall in achalls])
        except Exception as error:  # a certificate may have been issued already
            logger.debug("Removing the challenge records failed", exc_info=True)
            logger.warning(
                "Removing the challenge records failed: %s. Remove this run's TXT records at "
                "_acme-challenge in mijn.host's control panel, or run `mijnhost challenges sweep`.",
                error,
            )
        finally:
            # `certbot renew` makes an authenticator for each certificate.
            self._challenges.close()

    def _setup_credentials(self) -> None:
        if self.conf("credentials") is None:
            if self._found_credentials() is not None:
                return
            if getattr(self.config, "noninteractive_mode", False):
                raise errors.PluginError(_no_key(self.config))
        self._configure_file("credentials", "mijn.host credentials INI file", _check_credentials)
        self._make_path_absolute()

    def _stored_path_hint(self, given: str) -> str:
        """Return the next step if the renewal configuration has a path that depends on cron."""
        if os.path.isabs(given) or not _is_renewal(self.config):
            return ""
        return (
            f" The renewal configuration has the relative path {encodable(given)}: write the "
            f"absolute path into it (dns_mijnhost_credentials, in {_renewal_folder(self.config)})."
        )

    def _make_path_absolute(self) -> None:
        """Replace a relative path: Certbot stores it as typed, and cron starts elsewhere."""
        given = self.conf("credentials")
        if not given.strip():
            raise errors.PluginError(
                "--dns-mijnhost-credentials is empty. Give the path of a file, or omit the option."
            )
        try:
            path = os.path.abspath(os.path.expanduser(given))
        except OSError as error:
            raise errors.PluginError(
                f"The credentials file {encodable(given)} is a relative path, and the working "
                "directory no longer exists. Write the absolute path."
            ) from error
        try:
            path.encode()
        except UnicodeEncodeError:
            # Certbot would fail to store it, after the certificate was issued.
            raise errors.PluginError(
                f"The path of the credentials file {encodable(path)} has letters that this locale "
                "cannot write. Run Certbot with LC_ALL=C.UTF-8, or use a path of ASCII letters."
            ) from None
        setattr(self.config, self.dest("credentials"), path)

    def _perform(self, domain: str, validation_name: str, validation: str) -> None:  # noqa: ARG002
        with plain_errors():
            self._dns_challenges().publish([txt_record(validation_name, validation)])

    def _cleanup(self, domain: str, validation_name: str, validation: str) -> None:  # noqa: ARG002
        self._remove([txt_record(validation_name, validation)])

    def _remove(self, records: list[TXTRecord]) -> None:
        if self._challenges is None:
            return
        for left in self._challenges.remove(records):
            logger.warning(
                'Could not remove the TXT record %s ("%s")%s: %s It is harmless; remove it in '
                "mijn.host's control panel, or run `mijnhost challenges sweep`.",
                left.name,
                left.value,
                f" from the zone {left.zone}" if left.zone else "",
                left.reason,
            )

    def _dns_challenges(self) -> DNSChallenges:
        if self._challenges is None:
            from certbot_dns_mijnhost.challenges import DNSChallenges  # noqa: PLC0415

            self._challenges = DNSChallenges(
                self._settings(),
                work_directory=Path(self.config.work_dir),
                notify=notify,
                live=None if self.config.quiet or not sys.stdout.isatty() else sys.stdout,
            )
        return self._challenges

    def _settings(self) -> Settings:
        from certbot_dns_mijnhost import credentials, settings  # noqa: PLC0415

        path = self.conf("credentials")
        found = self._found_credentials() if path is None else None
        if found is None:
            # Not read twice: a pipe, such as <(pass show mijnhost), gives its content only once.
            found = self._checked.pop(path, None) or credentials.load(path)
        for file in found.paths:
            dns_common.validate_file_permissions(file)
        resolved = settings.resolve_settings(self._flag, found.settings, found.source, found.hints)
        if resolved.hint:
            notify(resolved.hint)
        return resolved

    @staticmethod
    def _found_credentials() -> Credentials | None:
        """Return the credentials of the environment, or None."""
        from certbot_dns_mijnhost import credentials  # noqa: PLC0415

        with plain_errors():
            return credentials.find(os.environ)

    def _flag(self, name: str) -> object:
        """Return a flag's value; None if it was not given, or there is no such flag."""
        return getattr(self.config, self.dest(name), None)


def _checked_credentials(path: str, flag: Callable[[str], object]) -> Credentials:
    """Return the credentials of a file.

    :param flag: returns the value of a flag by its name; None if it was not given.
    :raises certbot.errors.PluginError: if it is not a usable credentials file.
    """
    from certbot_dns_mijnhost import credentials, settings  # noqa: PLC0415

    with plain_errors():
        found = credentials.load(path)
        settings.resolve_settings(flag, found.settings, found.source)
    return found


def _check_credentials(path: str) -> None:
    """Check a path that the user was asked for.

    :raises certbot.errors.PluginError: if it is not a usable credentials file.
    """
    _checked_credentials(path, lambda _: None)


def _is_renewal(config: Any) -> bool:
    return getattr(config, "verb", "") == "renew"


def _renewal_folder(config: Any) -> str:
    return str(os.path.join(config.config_dir, "renewal"))


def _no_key(config: Any) -> str:
    """Return the message for a non-interactive run without a key."""
    cure = "Give a credentials file: --dns-mijnhost-credentials /etc/letsencrypt/mijnhost.ini"
    why = "MIJNHOST_API_KEY and MIJNHOST_API_KEY_FILE are not set"
    if not _is_renewal(config):
        return f"No API key was found: no credentials file was given, and {why}. {cure}"
    return (
        "No API key was found: this renewal was stored without a credentials file, because the "
        f"first run took the key from its environment, and now {why}. Set the variable for "
        "certbot renew too, or add the line dns_mijnhost_credentials = "
        "/etc/letsencrypt/mijnhost.ini to the certificate's file in "
        f"{_renewal_folder(config)}, below [renewalparams]."
    )
