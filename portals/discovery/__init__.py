"""Finding the articles of a portal whose listings are not described: pure, without network."""
