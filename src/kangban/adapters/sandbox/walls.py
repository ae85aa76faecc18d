"""The walls around a cell, put up by the child itself before the first line of foreign code. Linux only.

seccomp lets through reading and writing of what is already open, memory, clocks and the end; nothing can be opened,
connected, started or signalled. Namespaces (own user, processes, network, mounts on an empty root) or, where the kernel
gives none, Landlock stand behind it. Every wall is knocked on before it counts.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)

_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_NAMESPACES = _NEWUSER | _NEWPID | _NEWNET | _NEWNS | _NEWIPC | _NEWUTS | _NEWCGROUP
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_REC, _MS_PRIVATE = 1, 2, 4, 8, 32, 16384, 1 << 18
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_NOBODY = 65534

# Numbers by machine: AUDIT_ARCH, pivot_root, mmap, mprotect, then what may be called freely. From the kernel's tables.
_MACHINES = {
    "x86_64": (
        0xC000003E, 155, 9, 10,
        # read write close fstat lseek munmap brk rt_sigreturn pread64 readv writev sched_yield mremap madvise nanosleep
        # getpid exit gettimeofday getrusage times sigaltstack gettid time futex restart_syscall clock_gettime
        # clock_getres clock_nanosleep exit_group getrandom
        (0, 1, 3, 5, 8, 11, 12, 15, 17, 19, 20, 24, 25, 28, 35, 39, 60, 96, 98, 100, 131, 186, 201, 202, 219, 228, 229,
         230, 231, 318),
    ),
    "aarch64": (
        0xC00000B7, 41, 222, 226,
        (57, 62, 63, 64, 65, 66, 67, 80, 93, 94, 98, 101, 113, 114, 115, 124, 128, 132, 139, 165, 169, 172, 178, 214,
         215, 216, 233, 278),
    ),
}  # fmt: skip


class NoWalls(Exception):
    """This machine gives no isolation; the text says what is missing."""


def _call(function: str, *arguments: object) -> int:
    found = int(getattr(_LIBC, function)(*arguments))
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")
    return found


def _machine() -> tuple[int, int, int, int, tuple[int, ...]]:
    found = _MACHINES.get(platform.machine())
    if found is None:
        raise NoWalls(f"no list of system calls for {platform.machine()}")
    return found


def die_with_parent() -> None:
    """This process is killed when the one that started it ends, however it ends."""
    _call("prctl", _PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def enter_namespaces() -> bool:
    """Own user, processes (of the next fork), network, mounts and the rest; False where the kernel refuses."""
    owner, group = os.geteuid(), os.getegid()
    try:
        _call("unshare", _NAMESPACES)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{_NOBODY} {owner} 1")
        Path("/proc/self/gid_map").write_text(f"{_NOBODY} {group} 1")
    except OSError:
        return False
    return True


def empty_root() -> None:
    """Put an empty, unwritable file system in place of everything. Needs own namespaces and all imports done."""
    here = b"/tmp"  # only a place to mount over, in our own mount namespace
    _call("mount", b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _call("mount", b"none", here, b"tmpfs", flags, b"size=4k,nr_inodes=2,mode=000")
    _call("mount", b"none", here, None, flags | _MS_REMOUNT | _MS_RDONLY, b"size=4k,nr_inodes=2,mode=000")
    os.chdir(here)
    _call("syscall", _machine()[1], b".", b".")
    _call("umount2", b".", _MNT_DETACH)
    os.chdir("/")


def own_memory() -> int:
    """Bytes of address space this process uses now."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def bound(memory: int, cpu_seconds: int) -> None:
    """Hold address space, processor time, files, processes and core dumps; the hard limits too."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def landlock() -> bool:
    """Refuse every file, port, outside socket and outside signal the kernel's Landlock knows; False without it."""
    version = int(_LIBC.syscall(_LANDLOCK_CREATE, None, 0, 1))
    if version < 1:
        return False
    files = (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1
    words = [files, *([0b11] if version >= 4 else []), *([0b11] if version >= 6 else [])]
    rules = (ctypes.c_uint64 * len(words))(*words)
    try:
        ruleset = _call("syscall", _LANDLOCK_CREATE, rules, ctypes.sizeof(rules), 0)
        _call("syscall", _LANDLOCK_RESTRICT, ruleset, 0)
        os.close(ruleset)
    except OSError:
        return False
    return True


class _Filter(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Filter))]


_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_NUMBER, _ARCH, _THIRD_ARGUMENT = 0, 4, 32
_PROT_EXEC = 4


def seccomp() -> None:
    """From here on only the listed calls; new executable memory is refused. Raises NoWalls or OSError."""
    arch, _, mmap, mprotect, listed = _machine()
    steps = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    for number in (mmap, mprotect):
        steps += [
            (_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _THIRD_ARGUMENT),
            (_ANY_BIT, 1, 0, _PROT_EXEC),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _REFUSE),
        ]
    for number in listed:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps.append((_RETURN, 0, 0, _REFUSE))
    held = (_Filter * len(steps))(*(_Filter(*step) for step in steps))
    program = _Program(len(steps), held)
    _call("prctl", _PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0)


def knock() -> None:
    """Try what must not work; raises NoWalls naming the first thing that did."""

    def forked() -> None:
        if os.fork() == 0:
            os._exit(0)

    tries: dict[str, Callable[[], object]] = {
        "a file could be opened": lambda: os.open("/", os.O_RDONLY),
        "the file system could be seen": Path("/").stat,
        "a socket could be made": socket.socket,
        "a process could be started": forked,
        "a signal could be sent": lambda: os.kill(os.getpid(), 0),
        "a limit could be moved": lambda: resource.getrlimit(resource.RLIMIT_AS),
    }
    for what, attempt in tries.items():
        with contextlib.suppress(OSError):
            attempt()
            raise NoWalls(what)
