"""Folders and files to a table: chunks, parts that resume, writers."""
