"""What students are told of what they handed in: each sentence once."""

from ...language import _
from .limits import MEMBERS

# What lies where, and which of several counts


def no_file(unit, others):
    if others:
        return _("There is no {unit}.py and no {unit}.ipynb in what you handed in. There is: {others}.").format(
            unit=unit, others=", ".join(others)
        )
    return _("There is no {unit}.py and no {unit}.ipynb in what you handed in.").format(unit=unit)


def later_counts(taken, other):
    return _("You handed in more than once. {taken} counts, {other} does not.").format(taken=taken, other=other)


def one_of_several(taken, others):
    return _("Handed in more than once. {taken} is graded, and not {others}.").format(
        taken=taken, others=", ".join(others)
    )


def file_before_notebook(taken, other):
    return _("Both a file and a notebook were handed in. {taken} is graded, and not {other}.").format(
        taken=taken, other=other
    )


# What cannot be read


def too_large(name, megabytes):
    return _("{name} is larger than {megabytes} MB, so it was not read.").format(name=name, megabytes=megabytes)


def damaged(name):
    return _("{name} is damaged, so it could not be read. Open your own copy, and hand it in again.").format(name=name)


def damaged_end(name):
    return _("{name} is damaged or cut off. What could be read of it was read.").format(name=name)


def crowded(name, most):
    return _("{name} holds more than {most} files, so it was not looked into.").format(name=name, most=most)


def unpacks_too_large(name, megabytes):
    return _("{name} unpacks to more than {megabytes} MB, so it was not read.").format(name=name, megabytes=megabytes)


def no_archive(name):
    return _("{name} is no archive that can be read. Hand in a .zip or a .tar.gz.").format(name=name)


def wrong_ending(name, really):
    return _("{name} is really a {really} file. It was read as one.").format(name=name, really=really)


NOT_READ = {
    "link": lambda name: _("{name} was not read: it is a link, and links are not followed.").format(name=name),
    "odd": lambda name: _("{name} was not read: it is no plain file.").format(name=name),
    "folder": lambda name: _("{name} was not read: it is a folder, where a file was expected.").format(name=name),
    "outside": lambda name: _("{name} was not read: its path leads out of what you handed in.").format(name=name),
    "locked": lambda name: _("{name} was not read: it is protected by a password.").format(name=name),
    "packed": lambda name: _("{name} was not read: it is compressed in a way that is not supported.").format(name=name),
    "forbidden": lambda name: _("{name} was not read: it may not be opened.").format(name=name),
    "crowded": lambda name: crowded(name, MEMBERS),
    "deep": lambda name: _("{name} was not looked into: it lies too deep in other folders.").format(name=name),
    "nested": lambda name: _("{name} was not read: archives inside of what you hand in are not unpacked.").format(
        name=name
    ),
    "by itself": lambda name: _("{name} was not read: Python or pytest would run it unasked.").format(name=name),
    "shadow": lambda name: _(
        "{name} was not read: it has the name of a module that Python or the course needs."
    ).format(name=name),
}


def more_not_read(count):
    return _("And {count} more were not read, for reasons like these.").format(count=count)


# Notebooks


def not_json(name):
    return _("{name} is no notebook: it cannot be read as JSON.").format(name=name)


def no_notebook(name):
    return _("{name} is no notebook: it has no list of cells.").format(name=name)


def overgrown(name):
    return _("{name} holds more values than are read. Clear its outputs, save it, and hand it in again.").format(
        name=name
    )


def old_notebook(name):
    return _("{name} is in a notebook format that is not read here. Save it once with a current Jupyter.").format(
        name=name
    )


def no_code(name):
    return _("{name} has no code in it.").format(name=name)


def broken_cells(name, count):
    return _("{count} cells of {name} could not be read.").format(name=name, count=count)


def magics(name, count, first):
    if count == 1:
        return _("Left out of {name}, because it is not Python: {first}").format(name=name, first=first)
    return _("{count} commands were left out of {name}, because they are not Python. The first: {first}").format(
        name=name, count=count, first=first
    )
