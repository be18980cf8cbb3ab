"""Item pipelines, one class per file, in the order of ``ITEM_PIPELINES``."""
