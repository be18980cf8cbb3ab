"""Any bytes at all for everything that reads what portals and archives say."""
