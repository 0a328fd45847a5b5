"""What is wrong with an installation, and what to do about it: `digest doctor`.

Each module looks at one area and yields a `Finding` for each thing it looked at. Nothing is
written, and one area that cannot be looked at costs no other. `checks` has them in order.
"""
