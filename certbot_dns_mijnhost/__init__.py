r"""Obtain and renew certificates for domains whose DNS is at mijn.host.

The plugin ``dns-mijnhost`` completes a ``dns-01`` challenge (:rfc:`8555`): it adds TXT records
through the API of mijn.host, waits until the authoritative name servers serve them, and removes
them after the validation.

.. note::
   The plugin is not part of Certbot, and has to be installed. See the page *Install*.

Named Arguments
---------------

========================================= =====================================================
``--dns-mijnhost-credentials``            The credentials_ file. Without it, the key comes from
                                          the environment, see below.
``--dns-mijnhost-propagation-seconds``    The longest wait for the name servers, in seconds. It
                                          ends as soon as all of them serve the records; 0 skips
                                          it. (Default: 300)
``--dns-mijnhost-nameservers``            Name servers to query instead of the published ones:
                                          ``host[:port], ...``
``--dns-mijnhost-resolver``               Recursive resolvers for finding the name servers instead
                                          of the system's: ``host[:port], ...``, or the path of a
                                          file like ``/etc/resolv.conf``
========================================= =====================================================

Credentials
-----------

Create an API key in mijn.host's control panel, and write it to a credentials file:

.. code-block:: ini
   :name: credentials.ini
   :caption: Example credentials file

   # API key of mijn.host
   dns_mijnhost_api_key = 0123456789abcdef0123456789abcdef

Give the path of the file with ``--dns-mijnhost-credentials``. Certbot stores the path for renewals,
but not the content of the file. Without this argument, the key comes from the environment variable
``MIJNHOST_API_KEY``, from the file that ``MIJNHOST_API_KEY_FILE`` names, or from systemd's
credentials.

.. caution::
   Protect the API key as you would protect the password of your mijn.host account: it can change
   the DNS of all your domains, and order domains. A user who can read the file can use the key.
   Make it readable by its owner only, with ``chmod 600``. The plugin warns if other users of the
   machine can read it. Add this machine's address to the whitelist of the key, so that the key
   works nowhere else.

.. caution::
   If the API has no other way to hold two values at one name, the plugin rewrites the zone. It
   saves a copy first. Set ``dns_mijnhost_allow_zone_rewrite = false`` in the credentials file to
   forbid this.

Examples
--------

.. code-block:: bash
   :caption: Obtain a certificate for ``example.nl``

   certbot certonly \
     --authenticator dns-mijnhost \
     --dns-mijnhost-credentials /etc/letsencrypt/mijnhost.ini \
     -d example.nl

.. code-block:: bash
   :caption: Obtain one certificate for ``example.nl`` and all names directly below it

   certbot certonly \
     --authenticator dns-mijnhost \
     --dns-mijnhost-credentials /etc/letsencrypt/mijnhost.ini \
     -d example.nl \
     -d '*.example.nl'

.. code-block:: bash
   :caption: Obtain a certificate, and wait at most 10 minutes for the name servers

   certbot certonly \
     --authenticator dns-mijnhost \
     --dns-mijnhost-credentials /etc/letsencrypt/mijnhost.ini \
     --dns-mijnhost-propagation-seconds 600 \
     -d example.nl

The Python client of the API is in :mod:`certbot_dns_mijnhost.api`, and safe changes of a zone are
in :mod:`certbot_dns_mijnhost.zone`. Neither needs Certbot.
"""

__version__ = "2.0.0.dev0"
