"""sources/http."""
