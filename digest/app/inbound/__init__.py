"""Mail that comes in, for one installation."""
