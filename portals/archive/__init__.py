"""WARC archives of responses: writing, reading to the last whole record, checking, pruning."""
