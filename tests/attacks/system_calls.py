"""Asks the kernel itself for everything that leads out: processes, sockets, tracing, mounts, keys, rings."""
# unit: linear
# earns: 2
# expect: failed
# machine: x86_64

import ctypes
import errno
import os

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


CALLS = {
    "fork": 57, "clone": 56, "clone3": 435, "socket": 41, "socketpair": 53, "connect": 42, "ptrace": 101,
    "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "bpf": 321,
    "io_uring_setup": 425, "memfd_create": 319, "userfaultfd": 323, "perf_event_open": 298, "keyctl": 250,
    "add_key": 248, "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_open": 434, "pidfd_getfd": 438,
    "open_by_handle_at": 304, "name_to_handle_at": 303, "init_module": 175, "finit_module": 313,
    "prctl": 157, "seccomp": 317, "setuid": 105, "setresuid": 117, "capset": 126, "prlimit64": 302, "kcmp": 312,
    "fanotify_init": 300, "inotify_init1": 294, "eventfd2": 290, "timerfd_create": 283, "timer_create": 222,
    "shmget": 29, "semget": 64, "mq_open": 240, "personality": 135, "modify_ldt": 154, "iopl": 172,
    "ioperm": 173, "splice": 275, "vmsplice": 278, "tee": 276, "sendfile": 40, "sendmsg": 46, "recvmsg": 47,
    "quotactl": 179, "swapon": 167, "syslog": 103, "landlock_create_ruleset": 444,
    "move_pages": 279, "mbind": 237, "lookup_dcookie": 212, "get_robust_list": 274, "rt_sigqueueinfo": 129,
    "fsopen": 430, "fsmount": 432, "open_tree": 428, "move_mount": 429, "mount_setattr": 442, "openat2": 437,
    "close_range": 436, "execveat": 322,
    "ustat": 136, "sysfs": 139, "uselib": 134, "pkey_alloc": 330, "copy_file_range": 326, "renameat2": 316,
}  # fmt: skip


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    for name, number in CALLS.items():  # with arguments that make none of them do anything but fork, and be seen
        ctypes.set_errno(0)
        for bits in (0, 0x40000000):  # the second door is that of x32
            done = call(ctypes.c_long(number | bits), *[ctypes.c_long(-1)] * 6)
            if done == 0 and name in ("fork", "clone") and os.getpid() != HERE:
                os._exit(0)
            if done >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
                hole("the kernel did not refuse", name, done, os.strerror(ctypes.get_errno()))
    return v, v


HERE = os.getpid()
