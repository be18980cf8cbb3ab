"""One file per portal; what is true of a system stands in ``families``."""
