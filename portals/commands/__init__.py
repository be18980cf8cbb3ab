"""The commands of the project, for ``scrapy`` and ``tin-cong-doan``: one file each."""
