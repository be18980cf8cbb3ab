"""The commands of ``scrapy`` and ``tin-cong-doan``, one per file."""

from portals.commands.uncaught import end_in_one_line

end_in_one_line()  # Scrapy imports this before it prints anything, and calls nothing else of ours
