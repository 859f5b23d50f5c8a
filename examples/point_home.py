"""Points a name at an address, as a dynamic-DNS client does.

``MIJNHOST_API_KEY=... python examples/point_home.py example.nl home 192.0.2.7``
"""

from __future__ import annotations

import sys

from certbot_dns_mijnhost.api import DNSRecord, MijnHostClient, MijnHostError


def main(domain: str, name: str, address: str) -> int:
    """Write the new address, and remove those that stood at the name before."""
    record = DNSRecord("AAAA" if ":" in address else "A", f"{name}.{domain}.", address, ttl=300)
    try:
        with MijnHostClient.from_env() as client:
            listed = client.dns_records.get_all(domain)
            old = [each for each in listed if (each.type, each.name) == (record.type, record.name)]
            if record.value not in [each.value for each in old]:
                client.dns_records.update(domain, record)
            # Where a PATCH replaces, they are gone already; where it adds, they go now.
            standing = client.dns_records.get_all(domain)
            for each in old:
                if each.value != address and each in standing:
                    client.dns_records.delete(domain, each)
    except MijnHostError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{record.name} is {address}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
