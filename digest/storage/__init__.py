"""All SQL of Digest: papers, fetches, editions, deliveries and the queue of other mail."""
