"""A new installation by questions: what the answers mean, what is tried, and what is written."""
