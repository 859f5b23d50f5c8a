"""The ways in which the real API might behave: one frozen, combinable set of switches.

Every default is the likeliest behaviour. What a variant changes is assumed, unless its place in the
code says that it was seen in practice.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

CHOICES: dict[str, tuple[object, ...]] = {
    "patch": ("replace", "replace_first", "append", "unsupported"),
    "delete": ("supported", "wrong_method", "method_not_allowed"),
    "delete_missing": ("ok", "not_found", "bad_request"),
    "null_patch": ("refused", "removes", "ignored"),
    "short_kind": ("empty", "shortened", "gaps"),
    "name_case": ("as_sent", "upper", "mixed"),
    "listing_forbidden": (False, True, "bad_request"),
    "rrset_ttl": ("own", "shared"),
    "serial": ("time", "counter"),
    "respells": ("no", "final_dot", "no_final_dot"),
    "success_status": ("number", "float", "text", "true", "word"),
    "packs": ("no", "gzip", "x-gzip", "deflate", "raw_deflate"),
    "listing_shape": ("named", "bare", "items"),
    "mangles_txt": ("no", "cut", "split", "escapes", "drops"),
    "domain_shape": ("handles", "hosts_as_objects", "as_sent"),
    "contact_list": ("profiles", "contacts"),
    "contact_shape": ("profile", "flat"),
    "premium_price": ("amount", "boolean"),
}


@dataclass(frozen=True)
class Variants:
    """What this copy of the API does where the real one is unknown or inconsistent.

    :param patch: PATCH where another value stands at the same type and name: ``replace`` puts the
        new value in the place of all that stand there, ``replace_first`` in the place of the first,
        ``append`` beside them, ``unsupported`` answers 400 ``Wrong request method``
    :param duplicates: an exact duplicate (type, name, value) creates a second record
    :param delete: DELETE is ``supported``, answers 400 (``wrong_method``) or 405
        (``method_not_allowed``)
    :param delete_needs_listed_name: DELETE finds a record only under the very name the listing
        shows
    :param delete_missing: the answer to DELETE of a record that does not exist: ``ok``,
        ``not_found`` (404) or ``bad_request`` (400)
    :param null_patch: PATCH with the value null is ``refused`` (400), ``removes`` every value at
        that type and name, or is ``ignored`` (200 without effect)
    :param stale_reads: so many reads after a write show the zone as it was before it
    :param stale_seconds: reads show the zone as it was so many seconds ago
    :param cached_seconds: a listing is shown again for so many seconds after it was made, whatever
        was written since (seen in practice: listings that were about a minute old)
    :param lagging_replica: every other read shows the zone as it was ``replica_seconds`` ago
    :param replica_seconds: how far that replica lags behind
    :param short_reads: so many reads after a write show too few records (after the stale reads,
        where both are set)
    :param short_kind: what a short read shows: nothing (``empty``), the first half
        (``shortened``) or every other record (``gaps``)
    :param final_dot: names in the listing end in a dot
    :param name_case: the case of names in the listing
    :param relative_twins: a relative name is stored as sent, beside its absolute twin
    :param quoted_txt: the listing shows TXT values in double quotes
    :param listing_forbidden: GET /domains answers 403; with ``"bad_request"`` 400
    :param errors_inside_200: errors have HTTP status 200, and the true one in the envelope only
    :param error_status_word: an error's envelope has the word ``error`` for a status
    :param whitelist_refused: the caller's address is not in the key's whitelist
    :param whoami_refused: then GET /whoami refuses that address too
    :param key_expired: the key is no longer valid
    :param key_expires: a date that GET /whoami tells as the key's last day; empty tells none
    :param clock_ahead: so many seconds the ``Date`` header of answers is ahead of the real time
    :param no_access_final_dot: the text of "no access" ends in a dot
    :param rate_limit: so many calls are answered within any ``rate_seconds``; the next ones get a
        429 and do not count. 0 sets no limit
    :param rate_seconds: the length of that window
    :param rate_retry_after: the 429 says in ``Retry-After`` when the window has room again
    :param rrset_ttl: each record has its ``own`` TTL, or all values of a name and type ``shared``
        the TTL that was written last, as in PowerDNS (assumed)
    :param publish_every: the name servers take up changes at whole multiples of so many seconds of
        the clock only (seen in practice: about 60)
    :param serial: the zone's SOA serial is the Unix ``time`` of its last write (seen in practice),
        or a ``counter``
    :param nameserver_domain: the domain under which the name servers are called ns1, ns2, …: also
        ``webhost.company`` was seen, and a reseller's own domain
    :param parking: a domain that is added without records holds the parking records of a new one
    :param respells: a record that PUT or PATCH stores is spelled anew: host names in lower case,
        and ``final_dot`` or ``no_final_dot``; addresses in their short notation; the listing shows
        TXT values as quoted strings of at most 255 characters
    :param refuses_duplicates: PUT with two records of the same data, and PATCH of the data of
        another spelling beside it, answer 400
    :param mangles_txt: a TXT value of more than 255 octets is damaged when PUT or PATCH stores it:
        ``cut`` after 255 characters, ``split`` by spaces, ``escapes`` puts a backslash before each
        semicolon, ``drops`` leaves out each plus sign
    :param unicode_domains: GET /domains lists international domains in Unicode
    :param day_first_dates: renewal dates are listed as DD-MM-YYYY (seen in practice, as is
        YYYY-MM-DD)
    :param numbers: record values that look like a number are listed as JSON numbers, with the same
        digits
    :param success_status: the envelope's status of a success is the ``number`` 200, the ``float``
        200.0, the ``text`` "200", ``true``, or the ``word`` "success"
    :param domain_shape: GET /domains/{domain} shows contacts as ``handles``, the forwarder and
        DNSSEC with their flags beside them as 0 or 1, and the numbers of DNSSEC keys as texts;
        ``hosts_as_objects`` also shows each name server as an object; ``as_sent`` shows the fields
        of a PUT
    :param contact_list: GET /domains/contacts shows ``profiles`` with id and alias, or whole
        ``contacts``
    :param contact_shape: GET /domains/contacts/{id} shows the fields in a ``profile``, or ``flat``
        next to id and alias, with ``company`` and empty texts
    :param contact_defaults: POST /domains/contacts needs ``defaults``
    :param premium_price: an order accepts a premium price as an ``amount``, or as a ``boolean``
    :param lower_status: the status of a domain is shown in lower case
    :param ignored_settings: settings of PUT /domains/{domain}, separated by commas, that are
        answered by 200 and not changed (seen once, for nameservers)
    :param error_details: a refusal has ``errors`` and ``data`` that repeat what was sent
    :param statusless_rate_limit: the envelope of a 429 has no status
    :param packs: answers are compressed, although nobody asked for it
    :param listing_shape: a listing of servers, certificates, invoices, users, tickets, commissions
        and the like is in ``data`` under its name (``named``), is ``data`` itself (``bare``), or is
        in ``data`` as ``items`` beside a total
    :param page_size: a page of these holds at most so many entries, whatever ``limit`` asks for
    :param page_ignored: each page of these is the first one, whatever ``page`` asks for
    :param web_page_status: each request is answered with this HTTP status and a web page, as a
        firewall does it; 0 for none
    """

    patch: str = "replace"
    duplicates: bool = False
    delete: str = "supported"
    delete_needs_listed_name: bool = False
    delete_missing: str = "not_found"
    null_patch: str = "refused"
    stale_reads: int = 0
    stale_seconds: float = 0.0
    cached_seconds: float = 0.0
    lagging_replica: bool = False
    replica_seconds: float = 5.0
    short_reads: int = 0
    short_kind: str = "empty"
    final_dot: bool = True
    name_case: str = "as_sent"
    relative_twins: bool = False
    quoted_txt: bool = False
    listing_forbidden: bool | str = False
    errors_inside_200: bool = False
    error_status_word: bool = False
    whitelist_refused: bool = False
    whoami_refused: bool = False
    key_expired: bool = False
    key_expires: str = ""
    clock_ahead: float = 0.0
    no_access_final_dot: bool = True
    rate_limit: int = 0
    rate_seconds: float = 60.0
    rate_retry_after: bool = True
    rrset_ttl: str = "own"
    publish_every: float = 0.0
    serial: str = "time"
    nameserver_domain: str = "mijn.host"
    parking: bool = False
    respells: str = "no"
    refuses_duplicates: bool = False
    mangles_txt: str = "no"
    unicode_domains: bool = False
    day_first_dates: bool = False
    numbers: bool = False
    success_status: str = "number"
    domain_shape: str = "handles"
    contact_list: str = "profiles"
    contact_shape: str = "profile"
    contact_defaults: bool = False
    premium_price: str = "amount"
    lower_status: bool = False
    ignored_settings: str = ""
    error_details: bool = False
    statusless_rate_limit: bool = False
    packs: str = "no"
    listing_shape: str = "named"
    page_size: int = 100
    page_ignored: bool = False
    web_page_status: int = 0

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                known = ", ".join(str(choice) for choice in choices)
                raise ValueError(f"variant {name}={getattr(self, name)!r}: choose from {known}")


def parse(settings: list[str]) -> Variants:
    """Read variants from ``name=value`` texts, as the command line takes them.

    :raises ValueError: for an unknown name or a value that does not fit it
    """
    defaults = {field.name: field.default for field in fields(Variants)}
    chosen: dict[str, object] = {}
    for setting in settings:
        name, separator, text = setting.partition("=")
        if name not in defaults or not separator:
            raise ValueError(f"variant {setting!r}: write name=value, with one of {list(defaults)}")
        chosen[name] = _value(name, text, defaults[name])
    return Variants(**chosen)  # type: ignore[arg-type]


def _value(name: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        truth = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if text.lower() in truth:
            return truth[text.lower()]
        if name in CHOICES:
            return text
        raise ValueError(f"variant {name}={text!r}: choose true or false")
    if isinstance(default, (int, float)):
        return type(default)(text)
    return text
