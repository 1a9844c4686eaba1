"""What we own and what we did: the record, the journal of a run, the ledger, the lock, and the back ends that keep them.

Knows JSON and disks (later databases) and nothing of Apple. Imports nothing from `reconciler` or `providers`.
"""
