"""Several machines: nodes crawl, PostgreSQL holds their state, one collector writes the store."""
