"""Cleaning of the text that sources send, and wording of the text that people read."""

from digest.text.clean import clean, safe_url

__all__ = ["clean", "safe_url"]
