"""The ways in: LMTP, a pipe, and mailboxes that are polled; each stores and does no more."""
