"""What a reading process takes from itself before it opens a file: memory, time, network, other files.

Each guard says its name where it holds; the system calls are those of Linux.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
# Access rights that each version of Landlock knows; all are taken, and reading is given back by path.
_FS_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
_FS_RIGHTS_NOW = 0xFFFF
_TCP_RIGHTS = 0b11

# Of linux/audit.h, and the numbers of the calls that a reader never needs: sockets, other programs, other
# processes, the kernel's less walked corners. `tgkill` is left for abort(), on the process itself alone.
_ARCHITECTURES = {
    "x86_64": (
        0xC000003E,
        [41, 42, 43, 44, 46, 49, 50, 53, 288, 307, 57, 58, 59, 322, 101, 62, 200, 310, 311, 321, 248, 249,
         250, 165, 166, 272, 308, 304, 298, 323, 424, 425, 434, 438],
        {"tgkill": 234, "clone": 56, "clone3": 435},
    ),
    "aarch64": (
        0xC00000B7,
        [198, 199, 200, 201, 202, 203, 206, 211, 242, 269, 221, 281, 117, 129, 130, 270, 271, 280, 217, 218,
         219, 40, 39, 97, 268, 265, 241, 282, 424, 425, 434, 438],
        {"tgkill": 131, "clone": 220, "clone3": 435},
    ),
}  # fmt: skip
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE_THREAD = 0x10000


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def die_with_parent() -> None:
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def take_limits(memory_bytes: int, cpu_s: int) -> list[str]:
    """Memory beyond what the process has now, processor time, open files, nothing written."""
    for kind, held in zip((resource.RLIMIT_AS, resource.RLIMIT_DATA), _memory_held(), strict=True):
        resource.setrlimit(kind, (held + memory_bytes, held + memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return ["memory", "time"]


def _memory_held() -> tuple[int, int]:
    """Bytes of address space, of which much is only reserved, and of data."""
    pages = _pages()
    return pages[0] * resource.getpagesize(), pages[5] * resource.getpagesize()


def resident_kb() -> int:
    return _pages()[1] * resource.getpagesize() // 1024


def _pages() -> list[int]:
    """Total, resident, shared, text, library, data; zeros where the system does not tell."""
    try:
        return [int(word) for word in Path("/proc/self/statm").read_text().split()]
    except OSError:
        return [0] * 7


def shut_files(readable: Sequence[str]) -> list[str]:
    """Leave only these files, and what lies below these folders, to be opened, and only for reading."""
    if sys.platform != "linux":
        return []
    libc = _libc()
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return []
    rights = _FS_RIGHTS.get(version, _FS_RIGHTS_NOW)
    wanted = struct.pack("QQ", rights, _TCP_RIGHTS) if version >= 4 else struct.pack("Q", rights)
    ruleset = libc.syscall(_LANDLOCK_CREATE, wanted, len(wanted), 0)
    for path in readable:
        _let_read(libc, ruleset, path)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refused = libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)
    return [] if refused else ["files"]


def _let_read(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system
        return
    rights = (_READ_FILE | _READ_DIR | _EXECUTE) if Path(path).is_dir() else _READ_FILE
    libc.syscall(_LANDLOCK_ADD, ruleset, 1, struct.pack("<Qi", rights, fd), 0)
    os.close(fd)


def shut_network() -> list[str]:
    """No socket can be made, no program run, no other process reached, from here on."""
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        return []
    code = _filter(*_ARCHITECTURES[platform.machine()])
    libc = _libc()
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    program = _Program(len(code) // 8, code)
    refused = libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0)
    return [] if refused else ["network"]


def _filter(architecture: int, denied: Sequence[int], special: dict[str, int]) -> bytes:
    """A program for the kernel's packet filter: loads from struct seccomp_data, jumps over what follows."""
    lines = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, 0x40000000),  # the second set of calls that x86-64 has
        (_RETURN, 0, 0, _EPERM),
    ]
    for number in denied:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    lines += [(_EQUAL, 0, 1, special["clone3"]), (_RETURN, 0, 0, _ENOSYS)]  # libc falls back on clone
    lines += [
        (_EQUAL, 0, 4, special["clone"]),
        (_LOAD, 0, 0, 16),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
        (_EQUAL, 0, 4, special["tgkill"]),
        (_LOAD, 0, 0, 16),
        (_EQUAL, 0, 1, os.getpid()),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
