"""A student and an instructor in real JupyterLab, each with a server and a browser window of their own.

Everything is done by clicking and typing. Pictures of every stage are in build/screenshots/.
"""

import importlib.util
import subprocess
import sys

import pytest
from browser import page_at, without
from lab import Lab, Notebook, choose, go_to_tab
from support import ROOT

UNIT, COURSE, STUDENT = "perceptron", "dl101", "ada"
BORDER_IS_ZERO = "return np.sign(x @ w + b).astype(int)"
RIGHT = ('if len(x) == 0: raise ValueError("there are no points")', "return np.where(x @ w + b >= 0, 1, -1)")
LEARNS_FROM_ALL = (
    'if y_i not in (-1, 1): raise ValueError("labels are -1 and +1")',
    "return w + (lr * int(y_i) * x_i).astype(w.dtype), b + lr * int(y_i)",
)
QUESTION, ANSWER = "and it still makes mistakes", "Nothing for certain: $M$ is finite, but its bound may be far away."
COMMENT = "Say what the letters mean."


@pytest.fixture
def labs(tmp_path):
    """The student's and the instructor's JupyterLab, with a course that has not been released."""
    for module in ("jupyterlab", "nbgrader"):
        if importlib.util.find_spec(module) is None:
            without(f'{module} is missing: pip install "chainrule[jupyter]" brings it.')
    exchange, staff, student = (tmp_path / name for name in ("exchange", "instructor", STUDENT))
    for folder in (exchange, staff, student / "work"):
        folder.mkdir(parents=True)
    exchange.chmod(0o777)
    init = ["init", staff / COURSE, "--units", UNIT, "--course-id", COURSE, "--exchange", exchange]
    subprocess.run([sys.executable, "-m", "autograder.cli", "nbgrader", *init], cwd=ROOT, check=True, timeout=300)
    of_student = f"""
c = get_config()
c.CourseDirectory.course_id = {COURSE!r}
c.CourseDirectory.student_id = {STUDENT!r}
c.Exchange.root = {str(exchange)!r}
"""
    started = []
    try:
        started.append(Lab.start(student, student / "work", False, of_student))
        started.append(Lab.start(staff, staff / COURSE, True))
        yield started
    finally:
        for lab in started:
            lab.stop()


def test_from_release_to_feedback(browser, labs):
    at, teaching = labs
    with (
        page_at(browser, teaching.address, name="instructor", height=1000) as instructor,
        page_at(browser, at.address, name="student", height=1000) as student,
    ):
        releases(instructor)
        works(student)
        grades(instructor)
        reads_feedback(student)
    assert (at.troubles, teaching.troubles) == ([], [])


def releases(instructor):
    choose(instructor, "Nbgrader", "Formgrader")
    act(instructor, "assign")
    act(instructor, "release")
    instructor.picture("instructor-1-released")


def works(student):
    page = student.page
    choose(student, "Nbgrader", "Assignment List")
    page.get_by_role("button", name="Fetch", exact=True).click()
    page.locator(".assignment-notebooks-link").click()
    page.locator(".nested_list_item").get_by_text(UNIT).click()
    notebook = Notebook(student)
    notebook.wait()
    student.picture("student-1-lesson")
    notebook.run(notebook.cell("Run this cell first"))
    predict, check = notebook.cell("def predict("), notebook.cell('check("perceptron.predict")')

    notebook.write(predict, BORDER_IS_ZERO)
    notebook.run(predict)
    notebook.run(check)
    check.get_by_text("A point on the line gets the label 0.").wait_for()
    for more in ("Other cases", "hint 1 of 3"):
        check.locator("summary", has_text=more).click()
    show(check, student, "student-2-wrong")

    notebook.write(predict, *RIGHT)
    notebook.run(predict)
    notebook.run(check)
    check.get_by_text("predict is right in all").wait_for()
    assert not check.get_by_text("wrong").count()
    show(check, student, "student-3-right")

    notebook.write(notebook.cell("def update("), *LEARNS_FROM_ALL)
    notebook.answer(ANSWER, of=QUESTION)
    student.picture("student-4-answer")
    notebook.save()
    go_to_tab(student, "Assignments")
    page.get_by_role("button", name="Submit", exact=True).click()
    page.locator("#submitted_assignments_list").get_by_text(UNIT).first.wait_for()
    student.picture("student-5-submitted")


def grades(instructor):
    page = frame(instructor)
    act(instructor, "collect")
    page.locator("td.num-submissions a").click()
    act(instructor, "autograde")
    page.get_by_text("needs manual grading").wait_for()
    instructor.picture("instructor-2-autograded")

    page.get_by_role("link", name="Manual Grading").click()
    for link in (UNIT, UNIT, "Submission #1"):
        page.locator("#main-table").get_by_text(link, exact=True).click()
    page.get_by_text("Submission 1 / 1").wait_for()
    instructor.picture("instructor-3-submission")
    page.locator("img[src^='data:image/svg+xml']").first.wait_for()
    # What nbgrader's own Execute would write there is another thing: it would run the cells.
    for exercise, points, of, said in (
        ("predict", 1, 1, "perceptron.predict: right"),
        ("update", 0, 2, "It learns from right answers too."),
        ("train", 0, 3, "perceptron.train: not started"),
    ):
        page.locator(f"#test_{exercise}[placeholder='{points}']").scroll_into_view_if_needed()
        page.get_by_text(said).wait_for()
        page.get_by_text(f"{points} of {of} points").wait_for()
        instructor.picture(f"instructor-4-{exercise}")
    assert not page.get_by_text("Traceback").count()

    answer = page.locator(".nbgrader_cell", has=page.locator("#answer_does_it_stop"))
    answer.get_by_text("Nothing for certain").wait_for()
    write_down(answer.locator("#answer_does_it_stop"), "1.5", answer.locator(".score-saved"))
    write_down(answer.locator("textarea"), COMMENT, answer.locator(".comment-saved"))
    instructor.picture("instructor-5-graded")
    page.get_by_role("link", name="Manual Grading").click()
    page.get_by_text("2.5 / 10").wait_for()

    page.get_by_role("link", name="Manage Assignments").click()
    act(instructor, "generate-feedback")
    act(instructor, "release-feedback")
    instructor.picture("instructor-6-released")


def reads_feedback(student):
    page = student.page
    page.locator("#refresh_assignments_list").click()
    page.get_by_role("button", name="Fetch Feedback").click()
    page.get_by_text("view feedback").click()
    page.locator(".jp-DirListing-item", has_text=f"{UNIT}.html").dblclick()
    feedback = page.frame_locator(".jp-HTMLViewer iframe")
    for said in ("(Score: 2.5 / 10.0)", "perceptron.predict: right", "It learns from right answers too.", COMMENT):
        feedback.get_by_text(said).first.wait_for()
    student.picture("student-6-feedback")
    feedback.get_by_text(COMMENT).scroll_into_view_if_needed()
    student.picture("student-7-comment")
    assert feedback.locator("math").count() > 20
    assert not feedback.get_by_text("HIDDEN TESTS").count()


def frame(instructor):
    """Formgrader, inside of JupyterLab."""
    return instructor.page.frame_locator("iframe")


def act(instructor, what):
    """Click on what Formgrader offers for the one assignment or submission of its table, and wait for its success."""
    page = frame(instructor)
    page.locator(f"#main-table td.{what} a").click()
    dialog = page.locator(".modal.in")
    dialog.get_by_role("button", name="OK").wait_for()
    said = dialog.inner_text()
    assert "Success" in said, f"Formgrader's {what!r}: {said}"
    dialog.get_by_role("button", name="OK").click()
    dialog.wait_for(state="hidden")


def write_down(field, text, saved):
    """Fill in a field of Formgrader, which saves it when one leaves it, and says so for a moment."""
    field.fill(text)
    field.press("Tab")
    saved.wait_for()


def show(check, student, name):
    """Keep pictures of a check cell and its result, in the light and in the dark."""
    for theme, light in (("light", "true"), ("dark", "false")):
        student.page.emulate_media(color_scheme=theme)
        student.page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")
        check.scroll_into_view_if_needed()
        student.picture(f"{name}-{theme}")
    student.page.emulate_media(color_scheme="light")
