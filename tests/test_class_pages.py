"""The pages about a class: nothing unseen is given away, nothing written by others gets out of its place."""

import base64
import hashlib
import re
import tracemalloc
from html.parser import HTMLParser
from urllib.parse import unquote

import class_records as synthetic
import pytest
from class_records import MARK, NAMES, NUMBER, case, exercise, make_class, record, unit, unseen_failures, with_marks

from autograder import language
from autograder.classroom.handback import hand_back
from autograder.classroom.pages import percent, prose, write_class, write_student
from autograder.classroom.records import safe_name
from autograder.classroom.statistics import Class

VOID = {"meta", "br", "img", "input", "link", "rect", "line", "circle"}
REQUESTS = {"src", "srcset", "action", "poster", "data", "background", "formaction", "xlink:href"}


class Page(HTMLParser):
    """A page's elements, its text, and whether every element is closed where it should be."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts, self.wrong = [], [], [], []
        self.feed(text)
        self.close()
        self.wrong += self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def class_page(folder, records, similarity=False):
    class_ = Class(synthetic.course())
    for one in records:
        class_.add(one)
    text = write_class(folder, class_, lambda: iter(records), similarity).read_text(encoding="utf-8")
    return text, Page(text)


def student_page(folder, one):
    text = write_student(folder, one).read_text(encoding="utf-8")
    return text, Page(text)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The page of a class of 60, and one student's."""
    folder = tmp_path_factory.mktemp("pages")
    records = list(make_class(60))
    return {"class": class_page(folder, records), "student": student_page(folder, records[3])}


# Self-contained and well made


@pytest.mark.parametrize("which", ["class", "student"])
def test_a_page_asks_nothing_of_anywhere(pages, which):
    text, page = pages[which]
    for tag, attributes in page.elements:
        assert not REQUESTS & attributes.keys(), tag
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "img")
        assert not [name for name in attributes if name.startswith("on")]
        assert re.fullmatch(r"#[\w-]+|students/[\w.%@~-]+\.html", attributes.get("href", "#x")), attributes
    assert "url(" not in text
    assert "@import" not in text
    (policy,) = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


@pytest.mark.parametrize("which", ["class", "student"])
def test_a_page_is_well_formed(pages, which):
    _, page = pages[which]
    assert page.wrong == []
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(ids)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1


@pytest.mark.parametrize("which", ["class", "student"])
def test_a_page_is_light_and_dark_and_fits_a_phone_and_paper(pages, which):
    text, page = pages[which]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    for rule in ("(prefers-color-scheme: dark)", "(max-width: 44rem)", "print"):
        assert f"@media {rule}" in text
    assert text.count("{") == text.count("}")


def test_only_our_own_script_may_run(pages):
    text, _ = pages["class"]
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert pages["student"][1].all("script") == []


def test_templates_leave_nothing_undefined(pages):
    for _, page in pages.values():
        assert not re.search(r"\bNone\b|\bnan\b|Undefined|\{\{|\{%", page.text)


# The page about the class


def test_the_class_page_says_what_the_class_understood(pages):
    _, page = pages["class"]
    class_ = Class(synthetic.course())
    for one in make_class(60):
        class_.add(one)
    scores = class_.scores
    for said in ("What the class understood", percent(scores.mean), percent(scores.median), "Who needs help"):
        assert said in page.text
    for found in class_.exercises:
        assert found.name in page.text
        assert f"{class_.discrimination(found):.2f}".replace("-", "−") in page.text
    for mistake in class_.mistakes():
        assert mistake.name in page.text
    for trouble in class_.troubles():
        assert trouble.sentence in page.text
    for student in class_.students:
        assert student in page.text


def test_the_histogram_has_a_text_beside_it(pages):
    text, page = pages["class"]
    (drawing,) = page.all("svg")
    assert drawing["role"] == "img"
    assert drawing["aria-labelledby"] == "histogram-title histogram-text"
    bins = re.findall(r"(\d+) to (\d+)%: (\d+)\.", text)
    assert [(int(a), int(b)) for a, b, _ in bins] == [(i, i + 10) for i in range(0, 100, 10)]
    assert 50 < sum(int(n) for _, _, n in bins) < 60
    assert len(page.all("rect")) == 1 + sum(n != "0" for _, _, n in bins)


def test_every_name_leads_to_a_page_that_is_there(tmp_path):
    records = [record(name, [unit("conv", [exercise("conv.output_size", [])])]) for name in NAMES]
    _, page = class_page(tmp_path, records)
    for one in records:
        write_student(tmp_path, one)
    links = {a["href"] for a in page.all("a") if a["href"].startswith("students/")}
    assert len(links) == len(NAMES)
    for link in links:
        assert (tmp_path / unquote(link)).is_file()
    assert {path.parent for path in tmp_path.rglob("*.html")} == {tmp_path, tmp_path / "students"}


def test_similarity_is_linked_where_there_is_any(tmp_path):
    records = list(make_class(3))
    assert {"href": "similarity.html"} in class_page(tmp_path, records, similarity=True)[1].all("a")
    assert {"href": "similarity.html"} not in class_page(tmp_path, records)[1].all("a")


def test_the_class_page_says_how_it_was_graded(tmp_path):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "secret.fingerprint").write_text("0123456789abcdef\n")
    _, page = class_page(tmp_path, list(make_class(3)))
    for said in ("0123456789abcdef", synthetic.TIER, "chainrule 0.1.0", "exercise 5.0", "numba 0.68.1"):
        assert said in page.text


def test_a_class_graded_in_two_ways_is_told_so(tmp_path):
    units = [unit("conv", [exercise("conv.output_size", [])])]
    records = [record("a", units), record("b", units, tier="limits only", locked=False)]
    _, page = class_page(tmp_path, records)
    assert "1 of 2 were graded without a locked door." in page.text
    assert all(f"{tier} 1 student" in page.text for tier in (synthetic.TIER, "limits only"))


@pytest.mark.parametrize("records", [[], [record("a", [])],
                                     [record("a", [unit("conv", [exercise("conv.output_size", [], "not started")],
                                                        handed_in=False)])]])  # fmt: skip
def test_a_class_without_results_has_a_page(tmp_path, records):
    _, page = class_page(tmp_path, records)
    assert page.wrong == []
    assert "Nobody has handed in anything yet." in page.text


def test_memory_is_flat_in_the_class_size(tmp_path):
    right = record("x", [unit("conv", [exercise("conv.output_size", [case("a")])])])

    def students(count):
        return ({**right, "student": f"student {i}"} for i in range(count))

    def peak(count):
        class_ = Class(synthetic.course())
        for one in students(count):
            class_.add(one)
        tracemalloc.start()
        write_class(tmp_path, class_, lambda: students(count))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most, (tmp_path / "class.html").stat().st_size

    peak(10)  # what is loaded and cached once
    (few, small), (many, large) = peak(100), peak(1000)
    assert large - small > 300_000
    assert many - few < (large - small) / 3


def test_a_page_appears_whole_or_not_at_all(tmp_path):
    def breaks():
        yield from make_class(2)
        raise OSError("the disk is full")

    records = list(make_class(2))
    before, _ = class_page(tmp_path, records)
    class_ = Class(synthetic.course())
    with pytest.raises(OSError, match="full"):
        write_class(tmp_path, class_, breaks)
    assert (tmp_path / "class.html").read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["class.html"]


# The page that is handed back


def test_nothing_of_unseen_cases_is_given_away(tmp_path):
    for known in (False, True):
        text, page = student_page(tmp_path, with_marks(unseen_failures(), known))
        assert MARK not in text
        assert str(NUMBER) not in text
        assert "Exited" not in text
        assert "42" not in page.text


def test_marks_in_what_may_be_seen_are_found(tmp_path):
    """The test above would notice."""
    seen = case(f"{MARK}1", "failed", sentence=f"{MARK}2", details=(f"{MARK}3",), hint=f"{MARK}4")
    text, _ = student_page(tmp_path, record("a", [unit("conv", [exercise("conv.output_size", [seen], "failed")])]))
    assert set(re.findall(MARK + r"\d", text)) == {f"{MARK}{i}" for i in (1, 2, 3, 4)}


def test_of_unseen_cases_it_is_told_how_many_failed_and_the_known_mistake(tmp_path):
    _, page = student_page(tmp_path, with_marks(unseen_failures(), known=True))
    assert "All the cases that you can see are right. 3 that are not shown to you are not." in page.text
    assert page.text.count("All the cases that you can see are right. One that is not shown to you is not.") == 2
    assert "There, this was recognised: dx still has its padding." in page.text
    assert "Crop it." in page.text
    assert "One case that is not shown to you is not right either." in page.text
    assert page.text.count("This could not be judged, which is no fault of yours") == 1


def test_a_mistake_of_an_unseen_case_is_told_only_if_the_course_knows_it(tmp_path):
    text, _ = student_page(tmp_path, with_marks(unseen_failures(), known=False))
    assert "There, this was recognised" not in text
    assert "Try it with other sizes" in text


def test_what_the_grader_says_of_itself_is_not_for_students(tmp_path):
    broken = case("a", "grader error", sentence="KeyError in /srv/course", details=("secret",))
    outcome = exercise("conv.output_size", [broken], "grader error")
    text, page = student_page(tmp_path, record("a", [unit("conv", [outcome])]))
    assert "KeyError" not in text
    assert "secret" not in text
    assert "your instructor sees it" in page.text
    assert "not judged" in page.text


def test_the_same_sentence_is_told_once_with_the_cases_it_is_about(tmp_path):
    def halved(name):
        return case(name, "failed", sentence="The loss is halved.", hint="No half.", details=(f"detail {name}",))

    other = case("w", "failed", sentence="Another thing.")
    outcome = exercise("losses.mse_loss", [*map(halved, "xyz"), case("right one"), other], "failed")
    _, page = student_page(tmp_path, record("a", [unit("losses", [outcome])]))
    assert page.text.count("The loss is halved.") == 1
    assert page.text.count("No half.") == 1
    assert "Seen in: x; y; z." in page.text
    assert "detail x" in page.text
    assert "detail y" not in page.text
    assert "right one" not in page.text
    assert "Seen in: w." in page.text


def test_of_what_shows_before_any_case_no_case_is_named(tmp_path):
    broken = [case(name, "failed", rung="imports", sentence="conv.ipynb cannot be read.") for name in "xyz"]
    outcome = exercise("conv.output_size", broken, "failed")
    _, page = student_page(tmp_path, record("a", [unit("conv", [outcome])]))
    assert page.text.count("conv.ipynb cannot be read.") == 1
    assert "Seen in" not in page.text


def test_a_student_reads_points_places_files_and_remarks(tmp_path):
    place = synthetic.Place("conv.py", 37, "output_size", "return size // 0")
    seen = case("a", "failed", sentence="`output_size` stopped.", places=(place,), warnings=("A warning.",))
    part = unit("conv", [exercise("conv.output_size", [seen], "failed"), exercise("conv.conv2d_forward", [case("a")])],
                remarks=["`%timeit` was left out."])  # fmt: skip
    one = record("ada", [part], late=True, remarks=["numpy.py was left out."], identity={"name": "Ada Lovelace"})
    text, page = student_page(tmp_path, one)
    for said in ("Ada Lovelace", "3 of 4", "Handed in late.", "numpy.py was left out.", "size // 0",
                 "conv.py, line 37, in output_size", "A warning.", part["file"]["sha256"],
                 "1 of 2 exercises are right.", "Graded on 2026-11-21 at 10:00 UTC",
                 "by chainrule 0.1.0."):  # fmt: skip
        assert said in page.text
    assert "<code>output_size</code> stopped." in text
    assert "<code>%timeit</code> was left out." in text


def test_a_unit_that_was_not_handed_in_says_so_once(tmp_path):
    blank = [exercise("conv.output_size", [], "not started")]
    silent = record("a", [unit("conv", blank, handed_in=False)])
    assert "Nothing was handed in for this unit, so it earns no points." in student_page(tmp_path, silent)[1].text
    told = record("a", [unit("conv", blank, handed_in=False, remarks=["There is no conv.py."])])
    text = student_page(tmp_path, told)[1].text
    assert "There is no conv.py." in text
    assert "Nothing was handed in for this unit" not in text


@pytest.mark.parametrize("first", ["passed", "failed", "not started"])
@pytest.mark.parametrize("second", ["passed", "failed", "not started"])
def test_words_are_kind_and_without_jargon(tmp_path, first, second):
    outcomes = [exercise("conv.output_size", [], first), exercise("conv.avg_pool2d_forward", [], second)]
    _, page = student_page(tmp_path, record("a", [unit("conv", outcomes)]))
    unkind = r"\b(rung|oracle|hidden|failed|fail|bad|poor|only|seed|tier|sandbox)\b"
    assert not re.search(unkind, page.text, re.IGNORECASE)


def test_all_that_students_read_can_be_translated(tmp_path, monkeypatch):
    class Shouting:
        def gettext(self, text):
            return text.upper() if "{" not in text else text.replace("{", "⟦{").replace("}", "}⟧")

    monkeypatch.setattr(language, "_catalogue", Shouting())
    one = unseen_failures()
    handed = hand_back(one)
    _, page = student_page(tmp_path, one)
    assert "⟦3⟧ that are not shown to you are not." in page.text
    assert "NOT JUDGED" in page.text
    assert "IS THIS NOT THE FILE THAT YOU MEANT" in page.text
    assert handed.summary.startswith("⟦")


# What others wrote


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_what_they_are(tmp_path, name):
    """No element, no attribute and no character that is not text comes from a name, a file or a message."""

    def pages_of(text):
        place = synthetic.Place(text, 1, text, text)
        said = dict(sentence=text, hint=text, details=(text,), warnings=(text,), mistakes=("m",), places=(place,))
        outcome = exercise("conv.output_size", [case(text, "failed", **said)], "failed", [("m", text)])
        part = unit("conv", [outcome], remarks=[text])
        part["file"]["name"] = part["title"] = text
        run = dict(endings=[f"conv.output_size: {text}"], tier=text)
        one = record("x", [part], remarks=[text], identity={"name": text}, name=text, **run) | {"course": text}
        return student_page(tmp_path, one), class_page(tmp_path, [one, record(text, [part])])

    for (text, page), (_, plain) in zip(pages_of(name), pages_of("x y"), strict=True):
        assert [tag for tag, _ in page.elements if tag != "code"] == [tag for tag, _ in plain.elements if tag != "code"]
        assert page.wrong == []
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", text)
        assert "{{ 7 * 7 }}" in page.text or "7 * 7" not in name


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.999, "99%"), (1, "100%"), (None, "–")]
)
def test_percentages_are_rounded_but_never_to_all_or_nothing(share, said):
    assert percent(share) == said


def test_code_in_a_sentence_is_marked_up_and_nothing_else():
    assert prose("`f` gave <b>`<i>`</b>") == "<code>f</code> gave &lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt;"
    assert prose("one ` alone") == "one ` alone"


def test_a_page_has_the_students_safe_name(tmp_path):
    path = write_student(tmp_path, record("../x/é", []))
    assert path == tmp_path / "students" / f"{safe_name('../x/é')}.html"
    assert path.is_file()
