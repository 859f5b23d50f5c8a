"""Certbot's DNS authenticator for mijn.host."""

__version__ = "2.0.0.dev0"
