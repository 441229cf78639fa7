"""Lock a process in: namespaces, an empty file system, Landlock, seccomp and resource limits, by direct system calls.

Linux on x86-64 and AArch64. Each step raises OSError where the kernel or a container does not allow it; what is then
left is a `Tier`, which names it. Sources: the kernel's user-space API guide (landlock.rst, seccomp_filter.rst),
namespaces(7), pivot_root(2), capabilities(7).
"""

import contextlib
import ctypes
import errno
import json
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

# clone(2), mount(2), umount2(2) and prctl(2): their constants.
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38
PR_SET_CHILD_SUBREAPER = 36

MADV_POPULATE_WRITE = 23  # of madvise(2), since Linux 5.14
PAGE = resource.getpagesize()
ENTRY = 8  # bytes of /proc/PID/pagemap for each page (pagemap.rst), and bits of the last of them
PRESENT, OF_A_FILE, EXCLUSIVE = 0x80, 0x20, 0x01

PLACES = ("/tmp", "/mnt", "/media", "/srv", "/var/tmp", "/run", "/opt")  # where a new root may be made, in own_root

# What a process that only computes may ask of the kernel; everything else is answered "not permitted". No call that
# makes a process, a thread or a socket, changes a file or an owner, or touches another process is among them.
# name: number on x86-64, number on AArch64 (None: AArch64 has it under another name only).
ALLOWED = {
    "read": (0, 63), "write": (1, 64), "open": (2, None), "close": (3, 57), "stat": (4, None), "fstat": (5, 80),
    "lstat": (6, None), "poll": (7, None), "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226),
    "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "pread64": (17, 67), "readv": (19, 65), "writev": (20, 66),
    "access": (21, None), "select": (23, None), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233),
    "dup": (32, 23), "nanosleep": (35, 101), "getitimer": (36, 102), "setitimer": (38, 103), "getpid": (39, 172),
    "exit": (60, 93), "uname": (63, 160), "getcwd": (79, 17), "readlink": (89, None),
    "gettimeofday": (96, 169), "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179),
    "times": (100, 153), "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177),
    "getppid": (110, 173), "sigaltstack": (131, 132), "arch_prctl": (158, None), "gettid": (186, 178),
    "time": (201, None), "futex": (202, 98), "sched_getaffinity": (204, 123), "getdents64": (217, 61),
    "set_tid_address": (218, 96), "restart_syscall": (219, 128), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94), "openat": (257, 56),
    "newfstatat": (262, 79), "readlinkat": (267, 78), "faccessat": (269, 48), "pselect6": (270, 72),
    "ppoll": (271, 73), "set_robust_list": (273, 99), "getrandom": (318, 278), "membarrier": (324, 283),
    "statx": (332, 291), "rseq": (334, 293), "faccessat2": (439, 439),
}  # fmt: skip
# Calls of which only some commands are allowed: those that could have a signal sent to another process (F_SETOWN,
# F_SETSIG, FIOSETOWN) or type on a terminal (TIOCSTI) are not.
COMMANDS = {
    "ioctl": (
        (16, 29),
        (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
    ),  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FI[ON]CLEX
    "fcntl": ((72, 25), (0, 1, 2, 3, 4, 1030)),  # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC
}
NO_SUCH_CALL = {"clone3": (435, 435)}  # answered "not implemented", so that the C library falls back to clone


@dataclass(frozen=True)
class Machine:
    column: int  # in the table above
    audit: int  # AUDIT_ARCH_… of linux/audit.h, what a filter sees
    clone: int
    capset: int
    pivot_root: int


MACHINES = {
    "x86_64": Machine(0, 0xC000003E, 56, 126, 155),
    "aarch64": Machine(1, 0xC00000B7, 220, 91, 41),
}
MACHINE = MACHINES.get(platform.machine()) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Seconds are of CPU time; `patience` times as many may pass on the clock.

    Args:
        exercise: seconds for one exercise, all its cases together.
        submission: seconds for everything in one submission.
        patience: how many seconds of the clock are waited for each second of CPU time.
        memory: bytes of address space.
        files: open files.
        reply: bytes of one answer.
        output: characters of what is printed that are kept.
    """

    exercise: float = 5.0
    submission: float = 30.0
    patience: float = 3.0
    memory: int = 2 << 30
    files: int = 64
    reply: int = 32 << 20
    output: int = 4000

    def to_json(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class Tier:
    """What locks a submission in on this machine.

    Args:
        namespaces: the kernel's namespaces of its own: of "user", "mount", "net", "uts", "pid" and "ipc".
        landlock: the version of Landlock that keeps it from files, or 0.
        seccomp: whether the kernel refuses all system calls but those for computing.
    """

    namespaces: tuple[str, ...] = ()
    landlock: int = 0
    seccomp: bool = False

    @property
    def locked(self) -> bool:
        """Whether no file, process or network can be reached; otherwise there are only limits."""
        return self.seccomp and (self.landlock > 0 or "mount" in self.namespaces)

    def __str__(self) -> str:
        parts = [f"namespaces ({', '.join(self.namespaces)})"] if self.namespaces else []
        parts += [f"Landlock {self.landlock}"] if self.landlock else []
        parts += ["seccomp"] if self.seccomp else []
        return " + ".join([*parts, "limits"]) if parts else "limits only"


class Prototypes:
    """The C library's functions, which raise OSError, and the raw system call."""

    def __init__(self):
        self.library = ctypes.CDLL(None, use_errno=True)

    def __getattr__(self, name):
        function = getattr(self.library, name)

        def call(*arguments):
            done = function(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
            if done < 0:
                code = ctypes.get_errno()
                raise OSError(code, f"{name}: {os.strerror(code)}")
            return done

        setattr(self, name, call)
        return call


@cache
def c() -> Prototypes:
    return Prototypes()


def readable() -> list[str]:
    """The folders that Python needs to read in order to import: its library, its packages and the system's."""
    own = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    import numpy

    own.append(str(Path(numpy.__file__).parents[1]))
    system = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime",
              "/dev/null", "/dev/urandom"]  # fmt: skip
    return [path for path in dict.fromkeys([*own, *system]) if os.path.exists(path)]


def own_namespaces() -> None:
    """Leave the machine's users, mounts, network and host name for namespaces of one's own, without any of them."""
    user, group = os.getuid(), os.getgid()
    c().unshare(NEWUSER | NEWNS | NEWNET | NEWUTS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        Path("/proc/self", name).write_text(text)


def own_root(keep: list[str]) -> None:
    """Make a file system that holds nothing but some folders, readable only, the root. Needs a mount namespace."""
    lib = c()
    lib.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    # The folders are named from the old root, which the new one hides from here on.
    real = {path: os.path.realpath(path) for path in keep}
    free = [p for p in PLACES if os.path.isdir(p) and not any(f"{k}/".startswith(f"{p}/") for k in real.values())]
    if not free:
        raise OSError(errno.EINVAL, f"Python's folders lie in every one of {', '.join(PLACES)}: none can be hidden")
    root = free[0]
    lib.mount(b"none", root.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, b"size=1m,mode=755")
    for path in dict.fromkeys([*real.values(), *real]):
        target = root + path
        if os.path.exists(target):
            continue
        if os.path.isdir(path):
            os.makedirs(target)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            open(target, "x").close()
        lib.mount(os.path.realpath(path).encode(), target.encode(), None, MS_BIND | MS_REC, None)
        # Flags that the mount already has must be kept: without its owner's rights they cannot be taken away.
        flags = os.statvfs(target).f_flag & (MS_NOSUID | MS_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_RELATIME)
        lib.mount(None, target.encode(), None, MS_BIND | MS_REMOUNT | MS_RDONLY | flags, None)
    os.chdir(root)
    lib.syscall(MACHINE.pivot_root, b".", b".")
    lib.umount2(b".", MNT_DETACH)
    lib.mount(None, b"/", None, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, None)
    os.chdir("/")


def landlock(keep: list[str]) -> int:
    """Forbid every file outside some folders, and every change to those; network and signals too where the kernel can.

    Returns the version of Landlock.
    """
    lib = c()
    lib.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    version = lib.syscall(444, None, 0, 1)
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    network = 3 if version >= 4 else 0
    scope = 3 if version >= 6 else 0
    rules = struct.pack("<QQQ", files, network, scope)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = lib.syscall(444, rules, len(rules), 0)
    try:
        for path in keep:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                allowed = 1 | 4 | 8 if os.path.isdir(path) else 1 | 4  # execute (to map), read a file, read a folder
                lib.syscall(445, ruleset, 1, struct.pack("<Qi", allowed, folder), 0)
            finally:
                os.close(folder)
        lib.syscall(446, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


@cache
def filter_program() -> tuple[int, ctypes.Array]:
    """The rules of `seccomp`: how many, and their code."""
    allow, trap, kill = 0x7FFF0000, 0x00050000, 0x80000000
    load, equal, back = 0x20, 0x15, 0x06
    allowed = sorted({row[MACHINE.column] for row in ALLOWED.values()} - {None})
    missing = [row[MACHINE.column] for row in NO_SUCH_CALL.values()]
    rules = [(load, 0, 0, 4), (equal, 1, 0, MACHINE.audit), (back, 0, 0, kill), (load, 0, 0, 0)]
    # One comparison each; a jump goes over at most 255 of them, so the verdict stands behind each match.
    for number in allowed:
        rules += [(equal, 0, 1, number), (back, 0, 0, allow)]
    for row, commands in COMMANDS.values():
        ours = [(load, 0, 0, 24)]  # the low half of the second argument: the command
        for command in commands:
            ours += [(equal, 0, 1, command), (back, 0, 0, allow)]
        ours.append((back, 0, 0, trap | errno.EPERM))
        rules += [(equal, 0, len(ours), row[MACHINE.column]), *ours]
    for number in missing:
        rules += [(equal, 0, 1, number), (back, 0, 0, trap | errno.ENOSYS)]
    rules.append((back, 0, 0, trap | errno.EPERM))
    code = b"".join(struct.pack("<HBBI", *rule) for rule in rules)
    return len(rules), ctypes.create_string_buffer(code, len(code))


def seccomp() -> None:
    """Refuse every system call that computing does not need, for ever."""
    count, code = filter_program()
    program = struct.pack("@HxxxxxxP", count, ctypes.addressof(code))
    lib = c()
    lib.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    lib.prctl(PR_SET_SECCOMP, 2, program, 0, 0)


def no_new_privileges() -> None:
    """Have no capability come to this process that it does not have, nor to those that it forks."""
    for capability in range(41):
        try:
            c().prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        except OSError as error:
            if error.errno == errno.EPERM:  # it is not ours to drop: there are none
                break


def without_privileges() -> None:
    """Give up every capability that this process has."""
    c().syscall(MACHINE.capset, struct.pack("<Ii", 0x20080522, 0), bytes(24))


def limit(limits: Limits) -> None:
    """The limits that the kernel keeps for one process: memory, files, processes, CPU time."""
    seconds = int(limits.submission * 2) + 2  # the grader stops it earlier; this is for when there is no grader left
    for name, most in (
        ("RLIMIT_AS", limits.memory),
        ("RLIMIT_NOFILE", limits.files),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
    ):
        if hasattr(resource, name):
            resource.setrlimit(getattr(resource, name), (most, most))


def fork(flags: int = 0) -> int:
    """Fork this process, its child in new namespaces: 0 in the child, the child's number in the parent."""
    if not flags:
        return os.fork()
    api = ctypes.PyDLL(None, use_errno=True)
    api.PyOS_BeforeFork()
    child = api.syscall(*map(ctypes.c_long, (MACHINE.clone, flags | signal.SIGCHLD, 0, 0, 0, 0)))
    code = ctypes.get_errno()
    if child == 0:
        api.PyOS_AfterFork_Child()
        return 0
    api.PyOS_AfterFork_Parent()
    if child < 0:
        raise OSError(code, f"clone: {os.strerror(code)}")
    return child


def changed_by(step: Callable[[], object]) -> list[list[int]]:
    """The pages of this process's memory of which a fork gets copies of its own by doing a step: where each run of them
    begins, and its bytes. No pages where the system does not tell."""
    reader, writer = os.pipe()
    number = os.fork()
    if number == 0:
        with contextlib.suppress(BaseException):
            step()
            os.write(writer, json.dumps(own_pages()).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        told = file.read()
    os.waitpid(number, 0)
    return json.loads(told or b"[]")


def own_pages() -> list[list[int]]:
    """Those of its private pages that this process shares with no other, in runs as above; where only one page lies
    between two runs, it is taken along."""
    runs: list[list[int]] = []
    with open("/proc/self/maps", encoding="utf-8") as maps, open("/proc/self/pagemap", "rb", buffering=0) as pagemap:
        for line in maps.readlines():
            where, rights, *_ = line.split()
            if rights[1] != "w" or rights[3] != "p":
                continue
            begin, end = (int(place, 16) for place in where.split("-"))
            pagemap.seek(begin // PAGE * ENTRY)
            entries = pagemap.read((end - begin) // PAGE * ENTRY)
            for place, flags in enumerate(entries[ENTRY - 1 :: ENTRY]):
                if flags & (PRESENT | OF_A_FILE | EXCLUSIVE) != PRESENT | EXCLUSIVE:
                    continue
                page = begin + place * PAGE
                if runs and begin <= runs[-1][0] and page <= sum(runs[-1]) + PAGE:
                    runs[-1][1] = page + PAGE - runs[-1][0]
                else:
                    runs.append([page, PAGE])
    return runs


def have_own(pages: list[list[int]]) -> None:
    """Give this process copies of its own of some pages, as far as the system can: all at once, they take less than one
    by one when they are written to."""
    populate = c().madvise
    with contextlib.suppress(OSError):
        for begin, size in pages:
            populate(begin, size, MADV_POPULATE_WRITE)


def adopt_orphans() -> None:
    """Have what the children of this process leave behind become its own children, so that it can end them."""
    if sys.platform == "linux":
        c().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of_this_process() -> set[int]:
    """Their numbers, as far as the system tells: none where /proc is out of sight."""
    try:
        return {int(number) for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    except OSError:
        return set()


def first_to_be_killed() -> None:
    """Where memory runs out on the whole machine, let this process and its children go first, and not the grader."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def die_with_parent() -> None:
    """Have this process killed when the one that made it ends."""
    if sys.platform == "linux":
        c().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
