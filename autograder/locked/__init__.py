"""The locked-down process: student code that is only ever asked questions, and can reach nothing.

    client.py   the grader's side: starts fork servers, puts questions, enforces limits from outside
    server.py   a process with NumPy loaded that forks one locked-down child per submission
    child.py    what runs inside: takes calls, gives replies
    confine.py  the system calls that lock the door, and what the machine offers of them

Nothing but client.py runs where an answer, a seed or a score is known; and server.py and child.py import nothing of the
engine that knows one.
"""
