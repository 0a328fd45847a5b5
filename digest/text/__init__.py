"""Cleaning of the text that sources send, and wording of the text that people read."""

from digest.text.clean import clean, safe_url
from digest.text.keywords import clean_keywords

__all__ = ["clean", "clean_keywords", "safe_url"]
