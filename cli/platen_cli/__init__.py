"""The ``platen`` command: one person's way to everything Platen does, from a terminal or a script."""
