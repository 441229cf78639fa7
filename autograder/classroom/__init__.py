"""Grading a whole class: what was handed in, the grade record of each student, and what the class understood."""
