"""The page to look at: what is in the database, for people."""
