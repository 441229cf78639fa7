"""Ends Python with the status of success while the file is imported, before anything is compared."""
# unit: linear
# expect: Exited

import os

os._exit(0)
