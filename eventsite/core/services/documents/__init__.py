"""A guest's documents: ticket as PDF, calendar entries, wallet passes. See docs/documents.md.

What draws or signs is imported when a document is made: importing costs nothing.
"""
