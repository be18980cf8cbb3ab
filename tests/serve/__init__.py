"""The web site over the database."""
