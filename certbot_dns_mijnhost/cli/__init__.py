"""The command ``mijnhost``: the account and its zones from a shell, and a doctor for renewals.

It asks before it changes what stands, and does it by the guarded ways of the challenge records.
"""
