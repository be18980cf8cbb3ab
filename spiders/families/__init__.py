"""Spiders that read any site of a CMS: ``scrapy crawl CMS -a origin=URL``."""
