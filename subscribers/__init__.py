"""Who reads, and by which doors they come and go. Never imports `digest`."""
