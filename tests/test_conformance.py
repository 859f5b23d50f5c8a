"""Certbot's own tests of the interface of a DNS plugin, as each plugin of Certbot's has them.

They use unittest.mock themselves; no other test here does.
"""

from __future__ import annotations

import argparse
import unittest
from types import SimpleNamespace
from typing import Any

import pytest
from certbot.plugins.dns_test_common import BaseAuthenticatorTest

from certbot_dns_mijnhost.dns_mijnhost import Authenticator


class TestConformance(unittest.TestCase, BaseAuthenticatorTest):
    def setUp(self) -> None:
        config: Any = SimpleNamespace(dns_mijnhost_credentials=None)
        self.auth = Authenticator(config, "dns-mijnhost")


def test_all_of_certbots_tests_are_run() -> None:
    names = {name for name in dir(BaseAuthenticatorTest) if name.startswith("test_")}
    assert names >= {"test_more_info", "test_get_chall_pref", "test_parser_arguments"}
    assert names <= set(dir(TestConformance))


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [([], None), (["--dns-mijnhost-propagation-seconds", "300"], 300)],
)
def test_the_default_by_flag_differs_from_no_flag(arguments: list[str], seconds: object) -> None:
    parser = argparse.ArgumentParser()
    Authenticator.inject_parser_options(parser, "dns-mijnhost")
    parsed = parser.parse_args(arguments)
    assert parsed.dns_mijnhost_propagation_seconds == seconds
