"""What portal spiders are made of: arguments, URL rules, and how pages are found."""
