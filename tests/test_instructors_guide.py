"""The instructor's guide: every command on the page is run, in its order, and says what the page says that it does."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support import ROOT

pytest.importorskip("nbgrader", reason='nbgrader is missing: pip install "chainrule[jupyter]" installs it')

PAGE = ROOT / "course_site" / "instructors.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
FENCE = re.compile(r"^```(\w*)", re.M)
# A server is started, answers where Formgrader is, and is ended: a reader ends it too.
SERVER = """
jupyter() {
    command jupyter "$@" --no-browser --allow-root --ip=127.0.0.1 --port=0 > ~/lab.log 2>&1 &
    for _ in $(seq 1200); do
        grep -q "lab?token=" ~/lab.log && break
        kill -0 $! 2> /dev/null || { cat ~/lab.log; return 1; }
        sleep 0.1
    done
    python - $(grep -o 'http://127[^ ]*' ~/lab.log | head -1) <<'END'
import sys, urllib.request
base, token = sys.argv[1].split("/lab?")
page = urllib.request.urlopen(f"{base}/formgrader/manage_assignments?{token}").read().decode()
assert "Formgrader" in page or "formgrader" in page, page
END
    status=$?
    kill $! && wait $! 2> /dev/null
    return $status
}
"""


@dataclass
class Command:
    """A command of the page, and the lines that stand below it."""

    text: str
    says: list[str] = field(default_factory=list)


def commands() -> list[Command]:
    found: list[Command] = []
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(line[2:]))
            else:
                found[-1].says.append(line)
    return found


def test_everything_that_looks_like_a_command_is_one():
    assert set(FENCE.findall(PAGE.read_text(encoding="utf-8"))) == {"console", ""}
    assert len(commands()) > 30


def test_every_command_of_the_guide_works(tmp_path):
    (tmp_path / "chainrule").symlink_to(ROOT)
    # What it brings is here, or this test would not be; a reader waits for it once.
    (ROOT / ".venv" / "teach.done").touch()
    script = [SERVER, "set +o posix"]
    for number, command in enumerate(commands()):
        script += [command.text, f'status=$?; echo "@@@ {number} $status"; [ $status = 0 ] || exit 1']
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("JUPYTER", "IPYTHON", "XDG", "PYTEST"))}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, timeout=900, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**kept, "HOME": str(tmp_path), "PYTHONWARNINGS": "ignore", "COLUMNS": "100"},
    )  # fmt: skip
    said = re.split(r"^@@@ \d+ (\d+)\n", done.stdout, flags=re.M)
    for command, output, status in zip(commands(), said[::2], [*said[1::2], "?"], strict=False):
        assert status == "0", f"$ {command.text}\n{output}"
        assert "Traceback" not in output, f"$ {command.text}\n{output}"
        missing = [line for line in command.says if not spoken(line, output, tmp_path)]
        assert not missing, f"$ {command.text}\n{output}\ndoes not say: {missing}"


def spoken(line: str, output: str, home: Path) -> bool:
    """Whether a line of the page is among a command's; … stands for anything."""
    wanted = ".*".join(re.escape(part) for part in line.replace("~", str(home)).split("…"))
    return any(re.fullmatch(wanted, said.rstrip()) for said in output.splitlines() or [""])
