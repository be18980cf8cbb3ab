"""The commands of ``scrapy`` and ``tin-cong-doan``, one per file."""
