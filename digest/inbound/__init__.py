"""Mail that comes in: what it is, and what follows from it."""
