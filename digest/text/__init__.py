"""Text that comes in, cleaned; text that goes out, worded."""

from digest.text.clean import clean, safe_url

__all__ = ["clean", "safe_url"]
