"""Servers (VPS). Documented by a client: paths and bodies. Assumed: the answers."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import Refused
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Handler, Reply, Route


def get_all(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the servers, without their details."""
    servers = account.data.services.vps.values()
    return bodies.listing(
        account, "vps", [{k: v for k, v in vps.items() if k != "details"} for vps in servers]
    )


def get_images(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the operating systems."""
    return bodies.listing(account, "images", account.data.services.images)


def get(account: Account, call: Call) -> Reply:
    """Return a server."""
    return Reply(_vps(account, call))


def update(account: Account, call: Call) -> Reply:
    """Set reverse DNS. Assumed: addresses that are not sent do not change."""
    addresses = {each["ip"]: each for each in _vps(account, call)["ip-addresses"]}
    sent = bodies.objects(call.json(), "ip-addresses")
    if not sent or any(bodies.text(each, "ip") not in addresses for each in sent):
        raise bodies.invalid("ip-addresses")
    for each in sent:
        addresses[each["ip"]]["reverse"] = bodies.text(each, "reverse")
    return Reply(None)


def cancel(account: Account, call: Call) -> Reply:
    """Cancel a server at the end of its billing period."""
    _vps(account, call)["status"] = "cancelled"
    return Reply(None)


def restore(account: Account, call: Call) -> Reply:
    """Undo a cancellation. Assumed: 400 if there is none."""
    vps = _vps(account, call)
    if vps["status"] != "cancelled":
        raise Refused(400, "The VPS is not cancelled")
    vps["status"] = "running"
    return Reply(None)


def set_hostname(account: Account, call: Call) -> Reply:
    """Change the host name."""
    vps = _vps(account, call)
    vps["hostname"] = bodies.text(call.json(), "hostname")
    return Reply(None)


def _switch(status: str) -> Handler:
    def handler(account: Account, call: Call) -> Reply:
        _vps(account, call)["status"] = status
        return Reply(None)

    return handler


def reset_password(account: Account, call: Call) -> Reply:
    """Set a new root password and return it."""
    return Reply({"password": _new_password(account, _vps(account, call))})


def set_rescue(account: Account, call: Call) -> Reply:
    """Start or leave the rescue system; starting it returns a password."""
    vps = _vps(account, call)
    vps["details"]["rescue"] = bodies.boolean(call.json(), "enable")
    if not vps["details"]["rescue"]:
        return Reply(None)
    return Reply({"password": f"rescue-of-{vps['id']}"})


def reinstall(account: Account, call: Call) -> Reply:
    """Install an image and return the new root password."""
    vps, sent = _vps(account, call), call.json()
    if sent.get("image_id") not in [image["id"] for image in account.data.services.images]:
        raise bodies.invalid("image_id")
    vps["details"]["image_id"] = sent["image_id"]
    return Reply({"password": _new_password(account, vps)})


def get_backups(account: Account, call: Call) -> Reply:
    """List the backups of a server."""
    return bodies.listing(account, "backups", _backups(account, call))


def create_backup(account: Account, call: Call) -> Reply:
    """Create a backup. Documented: in the background. Assumed: it is ready immediately."""
    backups = _backups(account, call)
    backups.append({"key": len(backups) + 1, "type": "snapshot", "created": "2026-11-26 12:00:00"})
    return Reply(None)


def restore_backup(account: Account, call: Call) -> Reply:
    """Restore a backup. Assumed: a 400 if the type is missing for an automatic backup."""
    backups, sent = _backups(account, call), call.json()
    found = [each for each in backups if each["key"] == sent.get("key")]
    wanted = "incremental" if found and found[0]["type"] == "incremental" else None
    if not found or sent.get("type") != wanted:
        raise bodies.invalid("key" if not found else "type")
    _vps(account, call)["details"]["restored"] = sent["key"]
    return Reply(None)


def _vps(account: Account, call: Call) -> dict[str, Any]:
    return bodies.item(account.data.services.vps, call.parameters["id"])


def _backups(account: Account, call: Call) -> list[dict[str, Any]]:
    return account.data.services.backups.setdefault(_vps(account, call)["id"], [])


def _new_password(account: Account, vps: dict[str, Any]) -> str:
    password = f"root-{account.data.next_number()}-of-{vps['id']}"
    account.data.services.passwords[vps["id"]] = password
    return password


ROUTES = (
    Route("GET", "vps", get_all),
    Route("GET", "vps/images", get_images),
    Route("GET", "vps/{id}", get),
    Route("PUT", "vps/{id}", update),
    Route("DELETE", "vps/{id}", cancel),
    Route("PUT", "vps/{id}/cancel-delete", restore),
    Route("PUT", "vps/{id}/hostname", set_hostname),
    Route("POST", "vps/{id}/start", _switch("running")),
    Route("POST", "vps/{id}/stop", _switch("stopped")),
    Route("POST", "vps/{id}/poweroff", _switch("stopped")),
    Route("POST", "vps/{id}/restart", _switch("running")),
    Route("POST", "vps/{id}/reset-password", reset_password),
    Route("PUT", "vps/{id}/rescue", set_rescue),
    Route("POST", "vps/{id}/reinstall", reinstall),
    Route("GET", "vps/{id}/backups", get_backups),
    Route("POST", "vps/{id}/backups", create_backup),
    Route("PATCH", "vps/{id}/backups", restore_backup),
)
