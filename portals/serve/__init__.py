"""The web site over the database: pages to read, on Datasette."""
