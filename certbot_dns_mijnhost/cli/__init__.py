"""The command ``mijnhost``: the domains, records and zones of an account, and the doctor.

It asks before it replaces or deletes records, and changes zones with the same guards as the plugin.
"""
