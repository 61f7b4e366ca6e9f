"""What a warehouse tells is taken in: rows of files and of calls."""
