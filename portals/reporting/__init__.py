"""The HTML report of the contents of the database."""
