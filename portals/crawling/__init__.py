"""The parts that Scrapy runs: archive and replay, the books of a run, verdicts."""
