"""Syncs of a warehouse connection: what runs when, one at a time, and products and orders among it."""
