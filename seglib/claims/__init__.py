"""The ledger: every claim of the lecture as a measurable statement, measured: ``python -m seglib.claims --help``."""
