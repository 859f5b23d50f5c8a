"""Variants: the ways in which the real API might behave, as one frozen set of switches.

Each default is the most likely behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

CHOICES: dict[str, tuple[object, ...]] = {
    "patch": ("replace", "replace_first", "append", "unsupported"),
    "null_patch": ("refused", "removes", "ignored"),
    "delete": ("supported", "wrong_method", "method_not_allowed"),
    "delete_missing": ("ok", "not_found", "bad_request"),
    "rrset_ttl": ("own", "shared"),
    "normalizes": ("no", "final_dot", "no_final_dot"),
    "damages_txt": ("no", "cut", "split", "escapes", "drops"),
    "short_kind": ("empty", "shortened", "gaps"),
    "name_case": ("as_sent", "upper", "mixed"),
    "listing_forbidden": (False, True, "bad_request"),
    "domain_shape": ("handles", "hosts_as_objects", "as_sent"),
    "contact_list": ("profiles", "contacts"),
    "contact_shape": ("profile", "flat"),
    "premium_price": ("amount", "boolean"),
    "listing_shape": ("named", "bare", "items"),
    "success_status": ("number", "float", "text", "true", "word"),
    "compression": ("none", "gzip", "x-gzip", "deflate", "raw_deflate"),
    "serial": ("time", "counter"),
}


@dataclass(frozen=True)
class Variants:
    """How the emulated API behaves if the behaviour of the real one is unknown or inconsistent.

    Everything is assumed, unless it says *seen*: then a client has seen it in practice.

    **Writing records**

    :param patch: PATCH if another value exists at the same type and name: ``replace`` replaces all
        values there, ``replace_first`` the first one, ``append`` keeps them, ``unsupported``
        answers 400 ``Wrong request method``
    :param null_patch: PATCH with the value null is ``refused`` (400), ``removes`` all values at the
        type and name, or is ``ignored`` (200 without effect)
    :param delete: DELETE is ``supported``, or answers 400 (``wrong_method``, seen) or 405
        (``method_not_allowed``)
    :param delete_missing: DELETE of a record that does not exist answers 200 (``ok``), 404
        (``not_found``) or 400 (``bad_request``)
    :param delete_needs_listed_name: DELETE only finds a record if its name is exactly as listed
    :param duplicates: an exact duplicate (type, name, value) is stored as a second record
    :param refuses_duplicates: PUT with the same data twice answers 400, and so does PATCH of data
        that exists in another notation
    :param keeps_relative_names: a relative name is stored as sent, alongside the absolute name
        (seen)
    :param rrset_ttl: each record has its ``own`` TTL, or all values of an RRset have the ``shared``
        TTL that was written last, as in PowerDNS
    :param normalizes: PUT and PATCH store host names in lower case with (``final_dot``) or without
        a final dot (``no_final_dot``), and addresses in their short notation; then the listing
        shows TXT values as quoted strings of at most 255 characters
    :param damages_txt: PUT and PATCH damage a TXT value of more than 255 octets: ``cut`` after 255
        characters, ``split`` by spaces, ``escapes`` puts a backslash before each semicolon,
        ``drops`` removes each plus sign

    **Reading records**

    :param stale_reads: this many reads after a write show the zone before the write (seen)
    :param stale_seconds: reads show the zone as it was this many seconds ago (seen)
    :param cached_seconds: a listing is repeated for this many seconds, also after writes (seen:
        listings that were about a minute old)
    :param lagging_replica: every second read shows the zone as it was ``replica_seconds`` ago
        (seen: replicas)
    :param replica_seconds: the lag of that replica
    :param short_reads: this many reads after a write, after the stale ones, show too few records
        (seen)
    :param short_kind: such a read shows nothing (``empty``, seen), the first half (``shortened``,
        seen) or every second record (``gaps``)
    :param final_dot: listed names end with a dot (seen both ways)
    :param name_case: the case of listed names
    :param quoted_txt: listed TXT values are in double quotes
    :param numeric_values: listed values that look like numbers are JSON numbers with the same
        digits

    **Account, key and domains**

    :param key_expired: the key has expired (seen: the same 401 as for a wrong key)
    :param key_expiry: the last day of the key in the answer of GET /whoami; empty means that it is
        not in the answer
    :param whitelist_refused: the client's address is not in the key's whitelist (seen)
    :param whoami_refused: GET /whoami refuses such an address too
    :param listing_forbidden: GET /domains answers 403 (``True``) or 400 (``bad_request``)
    :param no_access_final_dot: the text of "no access" ends with a dot (seen both ways)
    :param unicode_domains: GET /domains lists international domain names in Unicode
    :param day_first_dates: renewal dates are DD-MM-YYYY (seen) instead of YYYY-MM-DD (seen)
    :param parking_records: a domain that is added without records gets the parking records of a new
        domain (seen)

    **Domains, contacts and orders**

    :param domain_shape: GET /domains/{domain} has contacts as ``handles``, the forwarder and DNSSEC
        with separate flags 0 or 1, and the numbers of DNSSEC keys as texts (seen);
        ``hosts_as_objects``: also each name server as an object (seen); ``as_sent``: the fields of
        a PUT
    :param contact_list: GET /domains/contacts has ``profiles`` with id and alias (seen), or whole
        ``contacts`` (seen)
    :param contact_shape: GET /domains/contacts/{id} has the fields in a ``profile`` (seen), or
        ``flat`` next to id and alias, with ``company`` and empty texts (seen)
    :param contact_defaults: POST /domains/contacts requires ``defaults`` (seen)
    :param premium_price: an order accepts a premium price as an ``amount`` (seen) or a ``boolean``
    :param lower_status: the status of a domain is in lower case (seen)
    :param ignored_settings: settings of PUT /domains/{domain}, separated by commas, that get a 200
        and do not change (seen once, for nameservers)

    **Changes of everything**

    :param writes_ignored: each PUT, PATCH, POST and DELETE gets a 200 and changes nothing

    **Servers, certificates, invoices, users, tickets and commissions**

    :param listing_shape: a listing of these is in ``data`` under its name (``named``), is ``data``
        itself (``bare``), or is in ``data`` as ``items`` with a total
    :param page_size: the most entries of a page, also if ``limit`` is higher
    :param page_ignored: each page is the first one; ``page`` is ignored

    **Transport**

    :param success_status: the ``status`` of a successful answer is the ``number`` 200, the
        ``float`` 200.0, the ``text`` "200", ``true`` or the ``word`` "success"
    :param errors_inside_200: errors have HTTP status 200, and their own status in the envelope
        (seen)
    :param error_status_word: the ``status`` of an error is the word ``error`` (seen)
    :param error_details: a refusal has ``errors`` and ``data`` that repeat the request (seen)
    :param statusless_rate_limit: the envelope of a 429 has no ``status`` (seen)
    :param web_page_status: each request gets this HTTP status and an HTML page, as from a firewall;
        0 means none
    :param compression: the compression of all answers, also if the client did not ask for it
    :param clock_ahead: how many seconds the ``Date`` header is ahead of the real time
    :param rate_limit: how many calls are answered within ``rate_seconds``; more get a 429 and do
        not count. 0 means no limit
    :param rate_seconds: the length of that window
    :param rate_retry_after: the 429 has a ``Retry-After`` header

    **DNS**

    :param publish_every: the name servers publish changes only when the clock is a multiple of this
        many seconds (seen: about 60); 0 means immediately
    :param serial: the SOA serial is the Unix ``time`` of the last write (seen) or a ``counter``
    :param nameserver_domain: the domain of the name servers ns1, ns2, ... (seen: ``mijn.host``,
        ``webhost.company`` and a reseller's own domain)
    """

    patch: str = "replace"
    null_patch: str = "refused"
    delete: str = "supported"
    delete_missing: str = "not_found"
    delete_needs_listed_name: bool = False
    duplicates: bool = False
    refuses_duplicates: bool = False
    keeps_relative_names: bool = False
    rrset_ttl: str = "own"
    normalizes: str = "no"
    damages_txt: str = "no"

    stale_reads: int = 0
    stale_seconds: float = 0.0
    cached_seconds: float = 0.0
    lagging_replica: bool = False
    replica_seconds: float = 5.0
    short_reads: int = 0
    short_kind: str = "empty"
    final_dot: bool = True
    name_case: str = "as_sent"
    quoted_txt: bool = False
    numeric_values: bool = False

    key_expired: bool = False
    key_expiry: str = ""
    whitelist_refused: bool = False
    whoami_refused: bool = False
    listing_forbidden: bool | str = False
    no_access_final_dot: bool = True
    unicode_domains: bool = False
    day_first_dates: bool = False
    parking_records: bool = False

    domain_shape: str = "handles"
    contact_list: str = "profiles"
    contact_shape: str = "profile"
    contact_defaults: bool = False
    premium_price: str = "amount"
    lower_status: bool = False
    ignored_settings: str = ""

    writes_ignored: bool = False

    listing_shape: str = "named"
    page_size: int = 100
    page_ignored: bool = False

    success_status: str = "number"
    errors_inside_200: bool = False
    error_status_word: bool = False
    error_details: bool = False
    statusless_rate_limit: bool = False
    web_page_status: int = 0
    compression: str = "none"
    clock_ahead: float = 0.0
    rate_limit: int = 0
    rate_seconds: float = 60.0
    rate_retry_after: bool = True

    publish_every: float = 0.0
    serial: str = "time"
    nameserver_domain: str = "mijn.host"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                known = ", ".join(str(choice) for choice in choices)
                raise ValueError(f"variant {name}={getattr(self, name)!r}: choose from {known}")


def parse(texts: list[str]) -> Variants:
    """Return the variants of ``name=value`` texts from the command line.

    :raises ValueError: if a name is unknown or a value does not fit it
    """
    defaults = {field.name: field.default for field in fields(Variants)}
    chosen: dict[str, object] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if name not in defaults or not separator:
            names = ", ".join(defaults)
            raise ValueError(f"variant {text!r}: write NAME=VALUE with one of the names {names}")
        chosen[name] = _value(name, value, defaults[name])
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
        try:
            return type(default)(text)
        except ValueError:
            raise ValueError(f"variant {name}={text!r}: must be a number") from None
    return text
