"""Commands by mail: what readers ask for in a mail, and what is done and answered."""
