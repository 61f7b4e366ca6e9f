"""Platen: an order hub for people who sell printed things.

Imports run one way: functions -> usecases -> domain; adapters and connectors -> domain.
"""
