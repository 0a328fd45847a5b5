"""arXiv: announcements of a day, past days by OAI-PMH, and records by the query API."""
