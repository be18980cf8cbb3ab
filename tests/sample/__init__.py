"""The bundled sample archive: its texts (``articles.toml``), its sites and the script that writes it."""
