"""The bundled sample archive: its texts, its sites and the script that writes it."""
