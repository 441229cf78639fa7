"""Every sentence that the engine says to a learner, written whole and kept together; all of them can be translated."""

from .language import _

# Started and imports


def not_started(function):
    return _("`{function}` is not started yet.").format(function=function)


def no_file(file):
    return _("There is no file {file}. Put it back: `chainrule reset` brings the stub.").format(file=file)


def still_raises(function):
    return _("`{function}` has been begun, and still comes to a `raise NotImplementedError`.").format(function=function)


def cannot_read(file, line, kind, message):
    return _("{file} cannot be read by Python: {kind} on line {line}: {message}.").format(
        file=file, line=line, kind=kind, message=message
    )


def not_utf8(file, line):
    return _("{file} is not saved as UTF-8: Python cannot read line {line}. Save it with the encoding UTF-8.").format(
        file=file, line=line
    )


def cannot_import(file, kind, message):
    return _("{file} stops while it is imported: {kind}: {message}.").format(file=file, kind=kind, message=message)


def import_too_long(file, seconds):
    return _(
        "{file} was still busy after {seconds} seconds of being imported. Is there a loop outside of any function?"
    ).format(file=file, seconds=seconds)


def import_ended(file, how):
    return _("{file} ended Python while it was imported ({how}). Nothing in it could be called.").format(
        file=file, how=how
    )


# Signature


def missing(function, file):
    return _("{file} has no function called `{function}`. Was it removed or renamed?").format(
        function=function, file=file
    )


def renamed(function, file, similar):
    return _("{file} has no function called `{function}`, but one called `{similar}`. Is it the same, renamed?").format(
        function=function, file=file, similar=similar
    )


def not_defined(function):
    return _("There is no function called `{function}`. Was it removed or renamed?").format(function=function)


def parameters(function, wanted, got):
    return _("`{function}` is called with ({wanted}), but it takes ({got}).").format(
        function=function, wanted=", ".join(wanted), got=", ".join(got)
    )


def parameter_order(function, wanted, got):
    return _("`{function}` has its parameters in another order: ({got}) where ({wanted}) was asked.").format(
        function=function, wanted=", ".join(wanted), got=", ".join(got)
    )


# Returns


def raised(function, kind, message):
    if message:
        return _("`{function}` stopped with {kind}: {message}").format(function=function, kind=kind, message=message)
    return _("`{function}` stopped with {kind}.").format(function=function, kind=kind)


def refused_wrongly(function, message):
    return _("`{function}` refused inputs that make sense, with a ValueError: {message}").format(
        function=function, message=message
    )


def too_long(function, seconds):
    return _("`{function}` had not returned after {seconds} seconds. Is there a loop that never ends?").format(
        function=function, seconds=seconds
    )


def killed(function, signal):
    return _("`{function}` made Python itself crash ({signal}), so there is no answer.").format(
        function=function, signal=signal
    )


def left(function):
    return _(
        "While `{function}` was called, Python was ended (by os._exit or something like it), so there is no answer."
    ).format(function=function)


def too_large(function, megabytes):
    return _("What `{function}` returned is larger than {megabytes} MB, far beyond any right answer.").format(
        function=function, megabytes=megabytes
    )


def no_answer(function):
    return _("What came back from `{function}` could not be read as an answer.").format(function=function)


def too_deep(function):
    return _("`{function}` called itself until Python gave up (RecursionError). What should end the recursion?").format(
        function=function
    )


def exited(function):
    return _("`{function}` ended the program (exit or SystemExit). A function returns its result instead.").format(
        function=function
    )


def should_refuse(function):
    return _(
        "`{function}` accepted inputs that make no sense. It should raise a ValueError that says what is wrong with them."
    ).format(function=function)


def wrong_refusal(function, kind):
    return _(
        "`{function}` stopped with {kind} on inputs that make no sense. "
        "Check them first, and raise a ValueError that says what is wrong."
    ).format(function=function, kind=kind)


def silent_refusal(function):
    return _(
        "`{function}` rightly raised a ValueError, but without a message. Say in it what is wrong with the inputs."
    ).format(function=function)


def returned_none(function, results):
    return _("`{function}` returned None. Is a `return {results}` missing at its end?").format(
        function=function, results=", ".join(results)
    )


def returned_nothing(function):
    return _("`{function}` returned None. Is a `return` missing at its end?").format(function=function)


def result_is_none(name, function):
    return _("{name}, as returned by `{function}`, is None.").format(name=name, function=function)


def wrong_count(function, results, got):
    return _("`{function}` should return {count} results, ({results}), but returned {got}.").format(
        function=function, count=len(results), results=", ".join(results), got=got
    )


def not_a_tuple(function, results, kind):
    return _("`{function}` should return {count} results, ({results}), but returned a single {kind}.").format(
        function=function, count=len(results), results=", ".join(results), kind=kind
    )


def stray_comma(function, name):
    return _("`{function}` should return {name} alone, but returned it inside a tuple. Is there a stray comma?").format(
        function=function, name=name
    )


def tuple_for_one(function, name, count):
    return _("`{function}` should return {name} alone, but returned {count} values together.").format(
        function=function, name=name, count=count
    )


def tuple_for_array(name, cache):
    if cache:
        return _("{name} is a tuple where a NumPy array was asked. Have {name} and the cache changed places?").format(
            name=name
        )
    return _("{name} is a tuple where a NumPy array was asked.").format(name=name)


def list_for_array(name):
    return _("{name} is a list where a NumPy array was asked: `np.array(...)` makes one.").format(name=name)


def strange_array(name, dtype):
    return _(
        "{name} is an array of {dtype}, which cannot be compared. Make it of plain numbers, such as float64."
    ).format(name=name, dtype=dtype)


def huge_array(name, got, want):
    return _("{name} has shape {got}, too large to look into; it should have {want}.").format(
        name=name, got=got, want=want
    )


def no_array(name, kind):
    return _("{name} is of type {kind} where a plain NumPy array was asked.").format(name=name, kind=kind)


def no_number(name, kind):
    return _("{name} is of type {kind} where a number was asked.").format(name=name, kind=kind)


def no_list(name, kind):
    return _("{name} is of type {kind} where a list was asked.").format(name=name, kind=kind)


def no_dict(name, kind):
    return _("{name} is of type {kind} where a dict was asked.").format(name=name, kind=kind)


def number_for_array(name, shape):
    return _("{name} is a single number where an array of shape {shape} was asked.").format(name=name, shape=shape)


def array_for_number(name, shape):
    return _("{name} is an array of shape {shape} where a plain number was asked.").format(name=name, shape=shape)


def zero_axes_for_number(name):
    return _(
        "{name} is an array with no axes where a plain number was asked: `float(...)` or `.item()` makes one."
    ).format(name=name)


def fraction_for_whole(name, got):
    return _("{name} is {got}, a float, where a whole number (int) was asked. Does `//` belong where `/` is?").format(
        name=name, got=got
    )


def wrong_kind(name, got, wanted):
    return _("{name} is of type {got} where {wanted} was asked.").format(name=name, got=got, wanted=wanted)


def no_truth_values(name, dtype):
    return _("{name} is an array of {dtype} where one of bool (True or False) was asked.").format(
        name=name, dtype=dtype
    )


def wrong_length(name, got, want):
    return _("{name} has length {got}; it should have {want}.").format(name=name, got=got, want=want)


def wrong_keys(name, got, want):
    return _("{name} has the keys ({got}) where ({want}) were asked.").format(
        name=name, got=", ".join(got), want=", ".join(want)
    )


def wrong_text(name, got, want):
    return _("{name} is {got!r} where {want!r} was asked.").format(name=name, got=got, want=want)


def unusable(function, message):
    return _(
        "What `{function}` returned could not be used ({message}). Compare it with what its docstring promises."
    ).format(function=function, message=message)


# Shape, dtype, finite


def wrong_shape(name, got, want):
    return _("{name} has shape {got}; it should have {want}.").format(name=name, got=got, want=want)


def truth_for_numbers(name):
    return _(
        "{name} is an array of True and False where numbers were asked: `.astype(...)` makes numbers of them."
    ).format(name=name)


def whole_array(name, dtype):
    return _(
        "{name} is an array of whole numbers ({dtype}), so every fraction was cut off. "
        "Make it from a float array, or give `dtype=` when it is made."
    ).format(name=name, dtype=dtype)


def wrong_dtype(name, got, want):
    return _("{name} is {got}, but the inputs are {want}: the dtype that comes in goes out.").format(
        name=name, got=got, want=want
    )


def not_whole(name, got):
    return _("{name} is {got} where whole numbers were asked.").format(name=name, got=got)


def not_finite(name, count, size, first):
    return _("{name} is NaN or infinite in {count} of {size} entries, the first at [{first}].").format(
        name=name, count=count, size=size, first=first
    )


def number_not_finite(name, got, want):
    return _("{name} is {got}; it should be {want}.").format(name=name, got=got, want=want)


# Value: what was seen


def asked_with(arguments):
    return _("Asked with {arguments}.").format(arguments=", ".join(arguments))


def wrong_values(name, wrong, size):
    if wrong == size:
        return _("{name} is wrong in every entry.").format(name=name)
    return _("{name} is wrong in {wrong} of {size} entries.").format(name=name, wrong=wrong, size=size)


def wrong_number(name, got, want):
    return _("{name} is {got}; it should be {want}.").format(name=name, got=got, want=want)


def worst(name, index, got, want):
    return _("Furthest off: {name}[{index}] is {got}; it should be {want}.").format(
        name=name, index=index, got=got, want=want
    )


def only_in(places):
    return _("All the wrong entries lie in {places}.").format(places=places)


def exactly_in(places):
    return _("Wrong are exactly the entries of {places}.").format(places=places)


def right_results(results):
    if len(results) == 1:
        return _("{results} is right.").format(results=results[0])
    return _("{results} are right.").format(results=", ".join(results))


def shown_tolerance(tolerance, dtype):
    return _(
        "Compared to within {tolerance:.1e}, relative to the size of the numbers: half of the digits of {dtype}."
    ).format(tolerance=tolerance, dtype=dtype)


# Value: what it looks like


def sign_flipped(name):
    return _("{name} has the wrong sign everywhere; its size is right.").format(name=name)


def times_too_large(name, factor):
    return _("{name} is exactly {factor} times too large.").format(name=name, factor=factor)


def times_too_small(name, factor):
    return _("{name} is exactly {factor} times too small.").format(name=name, factor=factor)


def times(name, factor):
    return _("{name} is the right answer times {factor}.").format(name=name, factor=factor)


def factor_is_batch(factor, dimension):
    return _(
        "{factor} is {dimension}, the batch size: was something summed that should be averaged, or the other way round?"
    ).format(factor=factor, dimension=dimension)


def factor_is(factor, dimension):
    return _("{factor} is {dimension}: was something summed that should be averaged, or the other way round?").format(
        factor=factor, dimension=dimension
    )


def shifted_up(name, amount):
    return _("{name} is too large by {amount} in every entry.").format(name=name, amount=amount)


def shifted_down(name, amount):
    return _("{name} is too small by {amount} in every entry.").format(name=name, amount=amount)


def transposed(name):
    return _("{name} looks transposed: the right numbers, with rows and columns exchanged.").format(name=name)


def permuted(name, axes):
    return _(
        "{name} has the right numbers with its axes in another order: np.transpose(…, {axes}) would put them right."
    ).format(name=name, axes=axes)


def flipped(name, axis):
    return _("{name} has the right numbers, but runs backwards along axis {axis}.").format(name=name, axis=axis)


def flipped_both(name, axes):
    return _("{name} has the right numbers, but is turned round along the axes {axes}.").format(name=name, axes=axes)


def rolled(name, axis, steps):
    if steps > 0:
        return _("{name} has the right numbers, moved too far by {steps} along axis {axis}.").format(
            name=name, axis=axis, steps=steps
        )
    return _("{name} has the right numbers, moved back by {steps} along axis {axis}.").format(
        name=name, axis=axis, steps=-steps
    )


def changed_places(name, other):
    return _("{name} and {other} have changed places.").format(name=name, other=other)


def exchanged(name, other):
    return _("{name} holds what belongs in {other}. Are the two exchanged?").format(name=name, other=other)


def absolute(name):
    return _("{name} has lost its signs: every entry is right in size and none is negative.").format(name=name)


def reshaped(name, want):
    return _("The numbers of {name} are right and in the right order: `.reshape{want}` would do.").format(
        name=name, want=want
    )


def summed_over(name, axis):
    return _("Summed over axis {axis}, {name} would be right.").format(name=name, axis=axis)


def averaged_over(name, axis):
    return _("Averaged over axis {axis}, {name} would be right.").format(name=name, axis=axis)


def bordered(name):
    return _("The right numbers stand inside {name}, with a border around them that should be cropped.").format(
        name=name
    )


def all_zero(name):
    return _("{name} is zero everywhere.").format(name=name)


def all_same(name, got):
    return _("{name} is {got} in every entry.").format(name=name, got=got)


# Side effects


def changed_argument(function, argument):
    return _(
        "`{function}` changed its input {argument}. Work on a copy: whoever called it still needs the original."
    ).format(function=function, argument=argument)


def changed_random_state(function):
    return _(
        "`{function}` changed NumPy's or Python's global random state (np.random.seed, np.random.rand, …). "
        "What is random comes in as an argument."
    ).format(function=function)


def overwritten(function):
    return _(
        "`{function}` wrote into an array that an earlier call had returned. Make a new array in each call."
    ).format(function=function)


def not_repeatable(function):
    return _(
        "`{function}` gives another answer when it is called again with the same inputs. "
        "Is something kept between calls, in a global variable or a default argument?"
    ).format(function=function)


def besides(sentence):
    return _("Besides: {sentence}").format(sentence=sentence)


def forgets_its_cache(function, forward):
    return _(
        "`{function}` gives another answer when `{forward}` was called again in between. Does it read a global variable "
        "instead of its cache?"
    ).format(function=function, forward=forward)


def shares_memory(result, argument):
    return _(
        "Good to know: {result} shares its memory with {argument}, so that changing one changes the other."
    ).format(result=result, argument=argument)


# Mistakes


def mistake(name, identifiers):
    """The mistake's name as a sentence; it begins with a capital unless it begins with a name from the code."""
    name = _(name)
    code = name.split(maxsplit=1)[0].strip("`,") in identifiers or name.startswith("`")
    return _("{mistake}.").format(mistake=name if code else name[:1].upper() + name[1:])


def unmet(sentence):
    """What a behaviour requires: a sentence of the course's own, translated where it holds no numbers."""
    return _(sentence)


# Blocked, grader error


def forward_first(function, forward):
    return _("`{function}` waits for `{forward}`, which is not right yet. Get that one right first.").format(
        function=function, forward=forward
    )


def forward_not_started(function, forward):
    return _("`{function}` waits for `{forward}`, which is not started yet.").format(function=function, forward=forward)


def needs_first(function, other):
    return _("`{function}` builds on `{other}`, which is not right yet. Get that one right first.").format(
        function=function, other=other
    )


def calls_unstarted(function, other):
    return _("`{function}` calls `{other}`, which is not started yet.").format(function=function, other=other)


def grader_error(message):
    return _(
        "The course itself has a fault here, and it costs you nothing. Please tell your instructor: {message}"
    ).format(message=message)


def witnesses_disagree(name):
    return _("the reference and the numerical derivative disagree about {name}").format(name=name)


def could_not_grade(message):
    return _("the grader stopped ({message})").format(message=message)


# The summary


def points_so_far(earned, points):
    return _("{earned} of {points} points.").format(earned=earned, points=points)


def all_done():
    return _("Everything here is right. Well done!")


def begin_here():
    return _("Nothing is started yet, and that is fine. Begin here:")


def go_on_here(right, total):
    return _("{right} of {total} exercises are right. Go on here:").format(right=right, total=total)


def go_on():
    return _("Go on here:")


def only_a_part():
    return _("Only a part was checked; `chainrule progress` shows all of it.")


def open_file(place, function):
    return _("open   {place}   and write `{function}`").format(place=place, function=function)


def mend_file(place, function):
    return _("open   {place}   and fix `{function}`").format(place=place, function=function)


def read_lesson(path):
    return _("read   {path}").format(path=path)


def run_check(command):
    return _("run    {command}").format(command=command)


def stuck(command):
    return _("stuck? {command}").format(command=command)


def preparing():
    return _("Preparing answers (only after a change):")


def only_some_cases(count):
    return _("{count} exercises were checked on some of their cases only and earn nothing here.").format(count=count)


STATUSES = {
    "passed": lambda: _("right"),
    "failed": lambda: _("wrong"),
    "blocked": lambda: _("waiting"),
    "not started": lambda: _("not started"),
    "not assessed": lambda: _("not assessed"),
    "grader error": lambda: _("grader error"),
}


# The commands


def broken_definitions(file, message):
    return _(
        "{file}, which says what is asked, cannot be read. Get it again, or mend what is wrong:\n{message}"
    ).format(file=file, message=message)


def nearest(names):
    return _("Did you mean {names}?").format(names=", ".join(names))


def unknown_unit(name, units):
    return _("There is no unit {name}. The units are: {units}.").format(name=name, units=", ".join(units))


def unknown_exercise(name, unit, exercises):
    return _("The unit {unit} has no exercise {name}. It has: {exercises}.").format(
        name=name, unit=unit, exercises=", ".join(exercises)
    )


def exercise_nowhere(name, example):
    return _("There is no exercise {name} in this course. Name one as UNIT.EXERCISE, for example {example}.").format(
        name=name, example=example
    )


def exercise_in_several(name, ids):
    return _("Several units have an exercise {name}: say which, {ids}.").format(name=name, ids=", ".join(ids))


def unit_not_exercise(unit, ids):
    return _("{unit} is a unit. Name one of its exercises: {ids}.").format(unit=unit, ids=", ".join(ids))


def unknown_case(name, cases):
    return _("There is no case {name}. The cases are: {cases}.").format(
        name=repr(name), cases="; ".join(map(repr, cases))
    )


# Hints


def hint_title(function, step, steps, kind):
    return _("{function}, hint {step} of {steps}: {kind}").format(function=function, step=step, steps=steps, kind=kind)


HINTS = {
    "idea": lambda: _("the idea"),
    "formula": lambda: _("the formula"),
    "code": lambda: _("nearly the code"),
}


def next_hint(left):
    if left == 1:
        return _("One more hint, when you want it:")
    return _("{left} more hints, when you want them:").format(left=left)


def last_hint(lesson):
    return _("That was the last hint. Read the exercise's part of {lesson} once more, and its docstring.").format(
        lesson=lesson
    )


def last_hint_again():
    return _("You have seen every hint, so this was the last one again. For all of them:")


def no_hints(exercise, file):
    return _("There are no hints for {exercise}: {file} has none.").format(exercise=exercise, file=file)


def no_such_step(exercise, steps):
    return _("{exercise} has {steps} hints: give --step a number from 1 to {steps}.").format(
        exercise=exercise, steps=steps
    )


# Watching


def watching(time, place):
    return _("{time}  Watching {place}: save to check again, Ctrl-C ends.").format(time=time, place=place)


def no_exercises(folder):
    return _("There is no folder exercises in {folder}: nothing to watch.").format(folder=folder)


def several_cases(name, cases):
    return _("Several cases are called like {name}: {cases}.").format(
        name=repr(name), cases="; ".join(map(repr, cases))
    )


def still_checking():
    return _("Still checking … A loop that does not end? Save again to start over.")


def stopped_watching():
    return _("Stopped watching.")


def newly_right(functions):
    if len(functions) == 1:
        return _("`{function}` is right now.").format(function=functions[0])
    return _("Right now: {functions}.").format(functions=", ".join(f"`{function}`" for function in functions))


def your_output():
    return _("Your code printed:")


def check_ended(status):
    return _("The check ended without a result (exit status {status}). Does your code end Python, or crash it?").format(
        status=status
    )


def check_killed(seconds):
    return _("The check was ended after {seconds} seconds: nothing else could interrupt your code.").format(
        seconds=seconds
    )


# Resetting


def reset_explained():
    return _("A copy of your work will be kept beside it.")


def reset_question(file):
    return _("Put the stubs back into {file}?").format(file=file)


def reset_done(file):
    return _("{file} holds its stubs again.").format(file=file)


def reset_kept(backup):
    return _("Your work is kept: {backup}").format(backup=backup)


def reset_not_needed(file):
    return _("{file} holds the untouched stubs already: there is nothing to put back.").format(file=file)


def nothing_changed():
    return _("Nothing was changed.")


def no_stubs(unit, file):
    return _(
        "The stubs of {unit} are not to be found here: neither with its answers nor in git. Your work is as it was. "
        "Get {file} again from where you got the course, and save it under that name."
    ).format(unit=unit, file=file)


def cannot_write(file, message):
    return _("{file} cannot be written: {message}.").format(file=file, message=message)


# Drawing


def no_matplotlib():
    return _('Drawing needs matplotlib. Install it with: pip install "chainrule[plot]"')


def picture_at(path):
    return _("The picture: {path}").format(path=path)


def nothing_to_draw(function):
    return _("There is nothing to draw: `{function}` is to return no array.").format(function=function)


def nothing_returned(function):
    return _("There is nothing to draw: `{function}` gave no result of the kind that was asked for.").format(
        function=function
    )


def returned_number(name, got, want):
    if got == want:
        return _("{name} is {got}, which is right").format(name=name, got=got)
    return _("{name} is {got}; it should be {want}").format(name=name, got=got, want=want)


def empty_array():
    return _("an empty array")


def behaviour_not_drawn(function):
    return _("There is nothing to draw: `{function}` is judged by what it does, not by an array.").format(
        function=function
    )


def refusal_not_drawn(case):
    return _("There is nothing to draw in the case {case!r}: it asks for a ValueError.").format(case=case)


def other_case(case, sentence):
    return _("Another case is wrong, {case!r}: {sentence}").format(case=case, sentence=sentence)


def right_in_this_case(function):
    return _("`{function}` is right in this case.").format(function=function)


def yours(described):
    return _("yours: {described}").format(described=described)


def should_be(described):
    return _("right: {described}").format(described=described)


def difference(name):
    return _("{name}: yours − right").format(name=name)


def no_difference(name):
    return _("{name}: no difference").format(name=name)


def no_difference_of_shapes():
    return _("The shapes differ,\nso there is no difference to draw.")


def not_an_array(kind):
    return _("no array: {kind}").format(kind=kind)


def cut_off(shown, count):
    return _("the first {shown} of {count} maps").format(shown=shown, count=count)


def results_left_out(names):
    return _("Not drawn, for want of room: {names}.").format(names=", ".join(names))


# torch as a witness


def torch_disagrees(function, device):
    return _("`{function}` does not give what torch gives on {device}.").format(function=function, device=device)


def not_what_torch_gives(result, case):
    return _("[{case}]: {result} has another shape than torch's.").format(case=case, result=result)


def torch_gives(result, case, got, want):
    return _("[{case}]: {result} is furthest off where it is {got}; torch gives {want}.").format(
        case=case, result=result, got=got, want=want
    )


def torch_tolerance(device, dtype, tolerance):
    return _("Compared with torch on {device} in {dtype}, to within {tolerance:.1e}.").format(
        device=device, dtype=dtype, tolerance=tolerance
    )


def no_torch():
    return _("Nothing was compared with torch: it is not installed here (pip install torch).")


def no_device(device, devices):
    return _("Nothing was compared with torch on {device}: torch finds only {devices} here.").format(
        device=device, devices=", ".join(devices)
    )


# Milestones


def milestone_needs(exercises):
    return _("needs {exercises}").format(exercises=", ".join(exercises))


def no_milestones():
    return _("This course has no milestones.")


def unknown_milestone(name, milestones):
    return _("There is no milestone {name}. There are: {milestones}.").format(
        name=name, milestones=", ".join(milestones)
    )


def milestone_waits(name):
    return _("The milestone {name} trains with your own functions, and these are not right yet:").format(name=name)


def no_solutions(units):
    return _("There are no solutions for {units} here; they are in the course's full repository.").format(
        units=", ".join(units)
    )


def milestone_package(package):
    return _('This milestone needs {package}: pip install "chainrule[milestones]"').format(
        package={"sklearn": "scikit-learn"}.get(package, package)
    )


def picture_saved(path):
    return _("The picture is in {path}.").format(path=path)


def goal_reached():
    return _("Goal reached.")


def goal_missed():
    return _("Not quite there this time. Another --seed may do better.")
