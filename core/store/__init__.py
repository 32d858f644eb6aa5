"""The workspace on disk: one database and one folder of artifacts."""
