"""Writes the site's service worker: sw.js, and before it what the site consists of, with a hash of every file.

    python course_site/widget/service_worker.py build/site

is run last, when everything else lies there: a build whose files are others has another worker, and browsers replace
the old by the new, whole.
"""

import hashlib
import json
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("sw.js")
NOT_SERVED = {".buildinfo", ".doctrees", ".nojekyll", "_sources", "objects.inv", "sw.js"}
HASH = 16  # hex digits of a file's SHA-256


def write(site: Path) -> None:
    """Write sw.js into a built site."""
    files = {path.relative_to(site): path for path in sorted(site.rglob("*")) if path.is_file()}
    groups: dict[str, dict] = {"pages": {}, "python": {}}
    for name, path in files.items():
        if name.parts[0] not in NOT_SERVED and name.suffix != ".map":
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:HASH]
            groups["python" if name.parts[0] == "python" else "pages"][name.as_posix()] = [digest, len(content)]
    build = {group: {"stamp": stamp(files), "files": files} for group, files in groups.items()}
    text = f"const BUILD = {json.dumps(build, separators=(',', ':'))};\n{SOURCE.read_text(encoding='utf-8')}"
    (site / "sw.js").write_text(text, encoding="utf-8")


def stamp(files: dict) -> str:
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()[:HASH]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
