"""One installation: its configuration, its services, and a day's work in steps."""
