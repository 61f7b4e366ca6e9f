"""One module for each thing that happens to an order."""
