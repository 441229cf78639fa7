"""The pages of the course site: everything of the course is on them, and nothing that should not be."""

import html
import io
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from served_site import PAGES, SOURCES, UNITS
from solution_lines import solution_lines
from support import COURSE, ROOT

from autograder.course import CourseError
from autograder.hints import statements
from autograder.lesson import FENCE, pieces

EXPLORED = sorted(path.stem for path in (SOURCES / "explorers").glob("*.js"))


class Parsed(HTMLParser):
    """What a page says, and its elements: pairs of a tag and its attributes, in order."""

    def __init__(self, path: Path):
        super().__init__()
        self.elements, self.text = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag, **wanted):
        return [
            found for name, found in self.elements if name == tag and all(found.get(k) == v for k, v in wanted.items())
        ]


@pytest.fixture(scope="module")
def parsed(built_site):
    return {name: Parsed(built_site / name) for name in PAGES}


# What is there


def test_every_page_is_there_and_no_other(site):
    assert site.pages == PAGES


@pytest.mark.parametrize("unit", COURSE.units, ids=UNITS)
def test_a_unit_has_its_lesson_and_every_exercise(parsed, unit):
    page = parsed[f"units/{unit.name}.html"]
    sections = page.all("section", **{"class": "exercise"})
    placed = [piece.name for piece in pieces(unit) if piece.kind == "exercise"]
    assert [section["data-exercise"] for section in sections] == placed
    for section in sections:
        name = section["data-exercise"]
        assert section["id"] == f"exercise-{name}"
        assert (section["data-unit"], float(section["data-points"])) == (unit.name, unit.points[name])
    assert len(page.all("details", **{"class": "hint"})) == 3 * len(placed)
    # The lesson's first paragraph stands on the page, word for word, formulas and emphasis aside.
    first = plain(unit.lesson.read_text(encoding="utf-8").split("\n\n")[1])
    said = plain("".join(page.text))
    for words in re.split(r"\$[^$]*\$|[*`]+[^*`]*[*`]+", first):
        assert words.strip() in said


def plain(text):
    """A text with plain quotes, and one space where there is any."""
    return " ".join(text.translate(str.maketrans("“”‘’", "\"\"''")).split())


@pytest.mark.parametrize("unit", COURSE.units, ids=UNITS)
def test_the_widget_is_told_what_it_has_to_know(built_site, unit):
    text = (built_site / "units" / f"{unit.name}.html").read_text(encoding="utf-8")
    (script,) = re.findall(r'<script type="application/json" id="chainrule-unit">(.*?)</script>', text, re.DOTALL)
    told = json.loads(script)
    assert [e["name"] for e in told["exercises"]] == list(unit.points)
    assert {e["name"]: e["points"] for e in told["exercises"]} == unit.points
    hints = {e["name"]: e["hints"] for e in told["exercises"]}
    laid_out = {name: said | {"formula": statements(said["formula"])} for name, said in unit.hints.items()}
    assert hints == laid_out
    assert any("\n" in said["formula"] for said in hints.values())  # a statement on a line
    assert all(set(e["needs"]) <= unit.points.keys() for e in told["exercises"])
    # Put together again, the parts are the file of stubs.
    parts = [told["preamble"], *(e["stub"] for e in told["exercises"])]
    assert "".join("".join(parts).split()) == "".join(unit.stubs.read_text(encoding="utf-8").split())
    at = UNITS.index(unit.name)
    assert told["previous"] == (UNITS[at - 1] if at else None)
    assert told["next"] == (UNITS[at + 1] if at + 1 < len(UNITS) else None)


@pytest.mark.parametrize("unit", UNITS)
def test_a_lesson_sends_nobody_to_pytest(parsed, unit):
    assert "pytest exercises" not in " ".join(
        data for data in parsed[f"units/{unit}.html"].text if not data.lstrip().startswith(("{", '"""'))
    )


def test_a_sentence_that_needs_pytest_is_noticed(tmp_path):
    from extension import lessons

    lesson = COURSE.unit("linear").lesson.read_text(encoding="utf-8")
    root = tmp_path / "course"
    shutil.copytree(ROOT / "exercises" / "linear", root / "exercises" / "linear")
    unit = type(COURSE.unit("linear"))(root, "linear", "Linear", "Part", COURSE.unit("linear").points)
    assert "press **Check**" in lessons.page(unit)
    unit.lesson.write_text(lesson + "\nTry `pytest exercises/linear --lf` as well.\n", encoding="utf-8")
    with pytest.raises(CourseError, match="can only be followed with pytest"):
        lessons.page(unit)


def test_every_explorer_is_placed_once_and_says_what_to_notice(parsed):
    figures = [figure for page in parsed.values() for figure in page.all("figure", **{"class": "explorer"})]
    assert sorted(figure["data-explorer"] for figure in figures) == EXPLORED
    for name in EXPLORED:
        title, _, text = (SOURCES / "explorers" / f"{name}.md").read_text(encoding="utf-8").partition("\n")
        assert title.startswith("# ")
        assert len(text.split()) > 15


def test_the_syllabus_is_the_course(parsed):
    page = parsed["syllabus.html"]
    totals = {e["data-progress-unit"]: e["data-progress-total"] for e in page.all("span") if "data-progress-unit" in e}
    assert totals == {unit.name: str(len(unit.points)) for unit in COURSE.units}
    said = "".join(page.text)
    for unit in COURSE.units:
        assert unit.part in said
        assert f"{len(unit.points)} exercises, {sum(unit.points.values()):g} points" in said


def test_the_reference_has_every_function_and_its_contract(parsed):
    for unit in COURSE.units:
        page = parsed[f"reference/{unit.name}.html"]
        assert [e["id"] for e in page.all("dt") if "id" in e] == [f"{unit.name}.{name}" for name in unit.points]
        assert "".join(page.text).count("Returns") >= len(unit.points) - 1
    authors = parsed["reference/index.html"]
    for name in ("value", "gradient", "behaviour", "require", "mistake"):
        assert any(e.get("id", "").endswith(f".{name}") for e in authors.all("dt"))


def test_formulas_are_typeset_and_none_is_broken(built_site):
    pages = {name: (built_site / name).read_text(encoding="utf-8") for name in PAGES}
    assert [name for name, text in pages.items() if "katex-error" in text] == []
    for unit in COURSE.units:
        lesson = FENCE.sub("", unit.lesson.read_text(encoding="utf-8"))
        formulas = len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", lesson, re.DOTALL))
        assert pages[f"units/{unit.name}.html"].count('class="katex"') >= formulas > 5


# What is not there


NO_TEXT = (".gz", ".png", ".wasm", ".woff2")  # memory.gz is Python's own memory, before it knows of a course


def texts(site: Path):
    """All text that the site hands out, that in archives included."""
    for path in sorted(site.rglob("*")):
        if path.is_file() and path.suffix not in NO_TEXT and not path.name.startswith("pyodide."):
            yield from opened(path.relative_to(site).as_posix(), path.read_bytes())


def opened(name: str, content: bytes):
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                if not name.endswith(("python_stdlib.zip", ".whl")):
                    yield from opened(f"{name}/{member}", archive.read(member))
        return
    text = content.decode("utf-8", "replace")
    if name.endswith(".html"):
        text = html.unescape(re.sub(r"<[^>]+>", "", text))
    yield name, text.replace("\\n", "\n").replace('\\"', '"')


def given_away(named_texts, lines):
    return {(name, line) for name, text in named_texts for line in lines if line in text}


def test_no_line_of_a_solution_is_on_the_site(built_site):
    hints = "\n".join((unit.folder / "hints.toml").read_text(encoding="utf-8") for unit in COURSE.units)
    named = "\n".join(m.name + m.hint for unit in COURSE.units for known in unit.mistakes.values() for m in known)
    # What hints tell is judged by the kit's tests; the names of mistakes are there to be read.
    secret = {line for line in solution_lines() if line not in hints and line.strip("\"', ()") not in named}
    found = list(texts(built_site))
    assert len(secret) > 1000
    assert len(found) > 100
    assert given_away(found, secret) == set()
    # The search finds what is planted, on a page and in an archive.
    line = next(line for line in sorted(secret) if '"' in line and "<" not in line)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.py", f"    {line}\n")
    page = f"<pre>{html.escape(line)}</pre>".encode()
    assert len(given_away([*opened("a.html", page), *opened("a.zip", packed.getvalue())], {line})) == 2


def test_nothing_is_loaded_from_elsewhere(parsed, built_site):
    for name, page in parsed.items():
        loaded = [
            e.get("src") or e.get("href") for tag, e in page.elements if tag in ("script", "img", "link", "source")
        ]
        assert [address for address in loaded if address and re.match(r"(https?:)?//", address)] == [], name
    for path in built_site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")) == [], path
    assert [path.name for path in built_site.rglob("*.ttf")] == []


# What it is like to read


def test_links_inside_the_site_lead_somewhere(parsed, built_site):
    ids = {name: {e["id"] for _, e in page.elements if "id" in e} for name, page in parsed.items()}
    broken = []
    for name, page in parsed.items():
        for link in page.all("a"):
            where, fragment = urldefrag(urljoin(f"https://site/{name}", link.get("href", "")))
            if not where.startswith("https://site/"):
                continue
            target = unquote(where.removeprefix("https://site/")) or "index.html"
            there = (built_site / target).is_file()
            if not there or (fragment and target in ids and unquote(fragment) not in ids[target]):
                broken.append((name, link["href"]))
    assert broken == []


def test_pages_have_titles_a_language_and_one_heading(parsed, built_site):
    titles = set()
    for name, page in parsed.items():
        assert page.all("html")[0]["lang"] == "en", name
        assert len(page.all("h1")) == 1, name
        (title,) = re.findall(r"<title>(.*?)</title>", (built_site / name).read_text(encoding="utf-8"), re.DOTALL)
        titles.add(title)
    assert len(titles) == len(parsed)


def test_every_picture_is_described_and_keeps_its_room(parsed):
    for name, page in parsed.items():
        for picture in page.all("img"):
            assert "alt" in picture, (name, picture)
            if "_images" in picture["src"]:
                assert len(picture["alt"]) > 20, (name, picture)
                assert int(picture["width"]) > 100
                assert int(picture["height"]) > 100
