"""Scrapy's network side: the URL guard, politeness, decoding, limits, replay from archives."""
