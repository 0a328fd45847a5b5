"""HTTP for the sources: rate limits, repeats, a cache, and bounds on size and time."""
