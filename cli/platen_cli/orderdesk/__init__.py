"""Moving in from Order Desk: its store is read through its API v2, and becomes products, folders and history here.

Nothing is ever written to Order Desk. ``client`` talks, ``reading`` goes through its lists, ``wire`` has its
records, ``mapping`` turns them into ours; ``looking`` reads both sides, ``moving`` writes, ``report`` tells of it.
"""
