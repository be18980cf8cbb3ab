"""The SQLite file: schema, migrations, and the rules by which a page becomes rows."""
