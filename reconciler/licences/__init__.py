"""Licences of apps and books: who is to have which, and whether there are enough."""
