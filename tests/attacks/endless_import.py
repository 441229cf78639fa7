"""Loops for ever while it is imported, before any limit of a call holds."""
# unit: linear
# expect: TimeLimit

while True:
    pass
