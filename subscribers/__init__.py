"""Subscribers: addresses, consent, preferences, and the website. Never imports `digest`."""
