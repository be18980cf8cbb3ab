"""Finding the articles of a portal whose listings nobody described: pure, no network in it."""
