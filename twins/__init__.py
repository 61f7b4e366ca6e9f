"""Stand-ins for the outside systems: they speak the wire contract and refuse what the real ones refuse."""
