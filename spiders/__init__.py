"""The spiders of portals, one per file; ``families`` has those of CMSs, ``base`` their base."""
