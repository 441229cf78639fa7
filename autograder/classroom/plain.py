"""What people read of what others wrote: text that no page, table, XML file or terminal takes for anything but text."""

import re

# Control characters but tab and newline, halves of characters, what is no character, and what turns the direction of
# the text around it: a terminal obeys them, XML forbids them, and UTF-8 cannot write some of them.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def legible(text: str) -> str:
    """The text with � for whatever cannot be shown; every kind of line end becomes a newline."""
    return UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(legible(text).split())


def counted(number: int, noun: str) -> str:
    """So many of something: "1 student", "2 students"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: an apostrophe goes before those that it would.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return legible(f"'{text}" if text.lstrip(" \n\ufeff").startswith(FORMULA) else text)
