"""How much of what is handed in is looked at, so that nobody's submission costs the machine."""

MB = 1 << 20
LIMITS = {"py": 1 * MB, "ipynb": 10 * MB}  # a notebook holds its outputs too
ARCHIVE_LIMIT = 50 * MB
MEMBERS = 10_000
DIRECTORY = 2 * MB  # of a zip file: ample for so many members
UNPACKED = 200 * MB  # a tar.gz must be unpacked, in passing, to be listed
DEPTH = 20
NAME = 1024
BRACKETS = 500_000  # of a notebook's JSON: each becomes an object in memory
SHOWN = 10  # remarks on what was not read; beyond that a number is enough
