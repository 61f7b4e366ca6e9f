"""The stock push: what a warehouse counted goes to the stores that sell it, and never undoes a sale."""
