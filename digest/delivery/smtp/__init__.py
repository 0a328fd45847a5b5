"""delivery/smtp."""
