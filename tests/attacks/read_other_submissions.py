"""Lists and reads the folders of other students, the grades, the secret and all else outside of Python."""
# unit: linear
# expect: failed

import os

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


READ = (
    "/etc/passwd",
    "/etc/shadow",
    "/etc/hostname",
    "/proc/version",
    "/sys/kernel/notes",
    "/dev/tty",
    "/dev/sda",
    "../grades.csv",
    "../secret",
    "secret",
    "records",
    "../../secret",
    "/root/.ssh/id_rsa",
    "/proc/1/root/etc/passwd",
)
for path in READ:
    try:
        hole("can read", path, open(path, "rb").read(10))
    except OSError:
        pass
for path in ("..", "../..", "/tmp", "/home", "/root", "/etc", "/var", "/srv", "/mnt", "/run", "/proc", "/sys", "/dev"):
    try:
        if found := os.listdir(path):
            hole("can list", path, found[:5]) if set(found) - {
                "null",
                "urandom",
                "lib",
                "lib64",
                "usr",
                "etc",
                "dev",
                *[p.strip("/").split("/")[0] for p in __import__("sys").path if p],
            } and path not in (".", "..", "../..") else None
    except OSError:
        pass


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    return v, v
