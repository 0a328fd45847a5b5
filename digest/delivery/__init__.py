"""A day's messages from plan to closed day: workers compose, claim, render and send them."""
