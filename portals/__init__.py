"""The package without spiders and pipelines, which import it and are never imported here."""
