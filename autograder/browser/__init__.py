"""The face in the browser: exercises checked in the page itself, by Python in a worker of the page.

What is imported here is the engine's core, NumPy and the standard library alone.
"""
