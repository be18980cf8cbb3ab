"""A page to an article: blocks, layouts, selectors, and the reader that joins them."""
