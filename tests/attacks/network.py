"""Calls a listener on this machine by TCP, UDP and a socket in the file system; nothing else is ever addressed."""
# unit: linear
# earns: 2
# expect: failed

import socket

HOLES = []


def hole(*words):
    HOLES.append(" ".join(map(str, words)))


def linear_forward(x, w, b):
    if len(x) == 0:
        raise ValueError("the batch is empty")
    return x @ w + b, (x, w)


PORT = int("LOOPBACK_PORT")


def tcp(family, host):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        s.connect((host, PORT))
        s.sendall(b"HOLE")


def udp(family, host):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.sendto(b"HOLE", (host, PORT))


def softmax_weights_forward(v):
    if HOLES:
        raise RuntimeError(f"HOLE: {HOLES}")
    for way in (tcp, udp):
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            try:
                way(family, host)
                hole("reached the network by", way.__name__)
            except OSError:
                pass
    for family in (socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK):
        try:
            socket.socket(family, socket.SOCK_DGRAM)
            hole("made a socket of", family)
        except OSError:
            pass
    return v, v
