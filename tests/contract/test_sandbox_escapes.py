"""Attempts to get out of the interpreter: each ends in the jail, and the outcome says nothing of the house."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kangban.adapters.sandbox.interpreter import JailedInterpreter
from kangban.ports.sandbox import CellLimits

# How an attacker gets real modules past the list of imports: everything below is tried with them in hand.
LOOT = """
import json, collections, random
sys = json.codecs.sys
def mod(name):
    return sys.modules[name]
os = mod('os')
real_open = json.codecs.open
io_open = mod('io').open
def out(value):
    print('ESCAPED', value)
"""

FILES = {
    "open builtin": "out(open('/etc/passwd').read())",
    "codecs.open": "out(real_open('/etc/passwd').read())",
    "io.open": "out(io_open('/etc/hostname').read())",
    "os.open": "out(os.open('/', 0))",
    "relative": "out(io_open('../../../../etc/passwd').read())",
    "write": "io_open('SECRET_FOLDER/made', 'w').write('x'); out(1)",
    "append": "os.open('SECRET_FOLDER/kept', os.O_WRONLY | os.O_APPEND); out(1)",
    "unlink": "os.unlink('SECRET_FOLDER/kept'); out(1)",
    "rename": "os.rename('SECRET_FOLDER/kept', 'SECRET_FOLDER/gone'); out(1)",
    "mkdir": "os.mkdir('SECRET_FOLDER/made'); out(1)",
    "symlink": "os.symlink('/etc/passwd', '/tmp/link'); out(io_open('/tmp/link').read())",
    "hard link": "os.link('SECRET_FOLDER/kept', '/tmp/link'); out(1)",
    "listdir": "out(os.listdir('/'))",
    "scandir": "out(list(os.scandir('SECRET_FOLDER')))",
    "stat": "out(os.stat('SECRET_FOLDER/kept').st_size)",
    "access": "assert os.access('SECRET_FOLDER/kept', os.R_OK); out(1)",
    "readlink": "out(os.readlink('/proc/self/exe'))",
    "getcwd of the server": "cwd = os.getcwd(); assert len(cwd) > 1; out(cwd)",
    "proc environ": "out(io_open('/proc/self/environ').read())",
    "proc maps": "out(io_open('/proc/self/maps').read())",
    "proc parent": "out(io_open('/proc/%d/environ' % os.getppid()).read())",
    "proc fd": "out(os.listdir('/proc/self/fd'))",
    "dev shm": "out(io_open('/dev/shm/x', 'w'))",
    "memfd": "out(os.memfd_create('x'))",
    "mknod": "os.mknod('/tmp/x'); out(1)",
    "chroot": "os.chroot('/'); out(1)",
    "chdir": "os.chdir('/proc'); out(1)",
    "numpy load": "import numpy; out(numpy.fromfile('/etc/passwd', dtype='u1'))",
    "numpy memmap": "import numpy; out(numpy.memmap('/etc/passwd'))",
    "numpy save": "import numpy; numpy.save('SECRET_FOLDER/made', numpy.eye(2)); out(1)",
    "savefig": "import matplotlib.pyplot as p; p.plot([1]); p.savefig('SECRET_FOLDER/made.png'); out(1)",
    "imread": "import matplotlib.pyplot as p; out(p.imread('SECRET_FOLDER/kept.png'))",
    "linecache": "import linecache; out(linecache.getlines('/etc/passwd'))",
    "linecache by hand": "lines = mod('linecache').getlines('/etc/passwd'); assert lines; out(lines)",
    "pathlib": "import pathlib; out(pathlib.Path('/etc/passwd').read_text())",
    "loader": "out(json.__spec__.loader.get_data('/etc/passwd'))",
    "subclasses": """
for one in ().__class__.__base__.__subclasses__():
    g = getattr(getattr(one, '__init__', None), '__globals__', None) or {}
    b = g.get('__builtins__') or {}
    b = b if isinstance(b, dict) else vars(b)
    if 'open' in b:
        out(b['open']('/etc/passwd').read())
""",
    "subclasses FileIO": """
for one in object.__subclasses__():
    for two in [one, *one.__subclasses__()]:
        if two.__name__ in ('FileIO', '_RawIOBase', '_IOBase'):
            for three in [two, *two.__subclasses__(), *[x for y in two.__subclasses__() for x in y.__subclasses__()]]:
                if three.__name__ == 'FileIO':
                    out(three('/etc/passwd').read())
""",
    "old descriptors": """
found = []
for fd in range(2, 300):
    try:
        found.append((fd, os.read(fd, 10)))
    except OSError:
        pass
assert found
out(found)
""",
}
MODULES = {
    "import os": "import os; out(1)",
    "import subprocess": "import subprocess; out(1)",
    "import socket": "import socket; out(1)",
    "import ctypes": "import ctypes; out(1)",
    "import threading": "import threading; out(1)",
    "import importlib": "import importlib; out(importlib.import_module('os'))",
    "dunder import": "out(__import__('os'))",
    "import posix": "import posix; out(1)",
    "import kangban": "import kangban; out(1)",
    "from os import": "from os import system; out(1)",
    "exec import": "exec('import os; out(1)')",
    "import of httpx by the real importer": "out(mod('builtins').__import__('httpx'))",
    "ctypes by the real importer": "c = mod('builtins').__import__('ctypes'); c.CDLL('libthread_db.so.1'); out(1)",
    "module of a module": "import numpy.f2py; out(1)",
    "extension from bytes": "import _imp; out(_imp.create_dynamic)",
    "load an extension": """
import_machinery = mod('_frozen_importlib_external')
spec = mod('_frozen_importlib').ModuleSpec('evil', None, origin='SECRET_FOLDER/kept')
out(mod('_imp').create_dynamic(spec))
""",
}
PROCESSES = {
    "os.system": "assert os.system('true') == 0; out(1)",
    "popen": "out(os.popen('id').read())",
    "fork": "os.fork(); out(1)",
    "forkpty": "os.forkpty(); out(1)",
    "execv": "os.execv('/bin/sh', ['sh', '-c', 'echo ESCAPED']); out(1)",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {}); out(1)",
    "thread": "mod('_thread').start_new_thread(lambda: out(1), ()); out(2)",
    "kill the parent": "os.kill(os.getppid() or 1, 9); out(1)",
    "kill all": "os.kill(-1, 9); out(1)",
    "kill group": "os.killpg(0, 9); out(1)",
    "setsid": "os.setsid(); out(1)",
    "setuid": "os.setuid(0); out(1)",
    "nice up": "os.nice(-5); out(1)",
    "raise limits": "os.sched_setaffinity(0, {0}); out(1)",
    "lift the limits": "mod('resource').setrlimit(0, (-1, -1)); out(1)",
    "affinity": "os.sched_setscheduler(0, 1, os.sched_param(1)); out(1)",
    "pickle": """
class Evil:
    def __reduce__(self):
        return (os.system, ('id',))
pickle = mod('pickle')
assert pickle.loads(pickle.dumps(Evil())) == 0
out(1)
""",
    "unshare by ctypes": "c = mod('ctypes'); assert c.CDLL(None).unshare(0x10000000) == 0; out(1)",
    "mount by ctypes": "c = mod('ctypes'); assert c.CDLL(None).mount(b'x', b'/', b'tmpfs', 0, None) == 0; out(1)",
    "ptrace": "c = mod('ctypes'); assert c.CDLL(None).ptrace(16, 1, 0, 0) == 0; out(1)",
    "read the parent": """
c = mod('ctypes')
buffer = c.create_string_buffer(64)
vector = (c.c_size_t * 2)(c.addressof(buffer), 64)
assert c.CDLL(None).process_vm_readv(1, vector, 1, vector, 1, 0) > 0
out(1)
""",
    "executable memory": """
c = mod('ctypes')
libc = c.CDLL(None)
libc.mmap.restype = c.c_void_p
assert libc.mmap(None, 4096, 7, 0x22, -1, 0) not in (None, 2**64 - 1)
out(1)
""",
    "leave by mprotect": """
c = mod('ctypes')
assert c.CDLL(None).mprotect(c.c_void_p(id(out) & ~4095), 4096, 7) == 0
out(1)
""",
    "open by syscall": "c = mod('ctypes'); assert c.CDLL(None).syscall(257, -100, b'/etc/passwd', 0) >= 0; out(1)",
    "openat2 by syscall": "c = mod('ctypes'); h = (c.c_uint64 * 3)(); "
    "assert c.CDLL(None).syscall(437, -100, b'/', h, 24) >= 0; out(1)",
    "io_uring": "c = mod('ctypes'); p = c.create_string_buffer(256); assert c.CDLL(None).syscall(425, 4, p) >= 0; out(1)",
    "x32 numbers": "c = mod('ctypes'); assert c.CDLL(None).syscall(0x40000000 + 2, b'/', 0) >= 0; out(1)",
}
NETWORK = {
    "tcp": "s = mod('socket').socket(); s.connect(('127.0.0.1', 1)); out(1)",
    "udp": "s = mod('socket').socket(2, 2); s.sendto(b'x', ('127.0.0.1', 53)); out(1)",
    "unix socket": "s = mod('socket').socket(1, 1); out(1)",
    "socketpair": "mod('socket').socketpair(); out(1)",
    "resolve": "out(mod('socket').getaddrinfo('localhost', 80))",
    "raw _socket": "out(mod('_socket').socket(2, 1))",
    "eventfd": "out(os.eventfd(0))",
    "pipe": "out(os.pipe())",
    "dup of a pipe": "out(os.dup(0))",
}
SECRETS = {
    "environ": "secret = dict(os.environ); assert secret; out(secret)",
    "getenv of C": "c = mod('ctypes'); g = c.CDLL(None).getenv; g.restype = c.c_char_p; v = g(b'KANGBAN_MODEL_KEY'); assert v; out(v)",
    "arguments": "assert any(len(a) > 1 for a in sys.argv); out(sys.argv)",
    "frames above": """
f = sys._getframe()
while f.f_back:
    f = f.f_back
found = [v for v in f.f_globals.values() if 'hunter2' in str(v)]
assert found
out(found)
""",
    "objects": """
gc = mod('gc')
found = [o for o in gc.get_objects() if isinstance(o, dict) and 'KANGBAN_MODEL_KEY' in o]
assert found
out(found)
""",
    "sys.path": "assert sys.path; out(sys.path)",
}
ATTEMPTS = {
    f"{kind}: {name}": code
    for kind, group in (
        ("file", FILES),
        ("module", MODULES),
        ("process", PROCESSES),
        ("net", NETWORK),
        ("secret", SECRETS),
    )
    for name, code in group.items()
}

linux = pytest.mark.skipif(sys.platform != "linux", reason="the interpreter is off where there is no Linux kernel")


def names_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.fixture
async def jail() -> AsyncIterator[JailedInterpreter]:
    interpreter = JailedInterpreter()
    yield interpreter
    await interpreter.close()


@linux
def test_there_are_enough_attempts() -> None:
    assert len(ATTEMPTS) >= 60


@linux
async def test_the_loot_works_so_the_attempts_are_real(jail: JailedInterpreter) -> None:
    ran = await jail.run(f"{LOOT}\nprint(os.getpid(), mod('io').open.__name__)")
    assert ran.error == ""
    assert ran.stdout.split()[1] == "open"


@linux
@pytest.mark.parametrize("name", ATTEMPTS)
async def test_no_way_out(jail: JailedInterpreter, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANGBAN_MODEL_KEY", "hunter2")
    (tmp_path / "kept").write_text("kept")
    before = names_in(tmp_path)
    code = LOOT + ATTEMPTS[name].replace("SECRET_FOLDER", str(tmp_path))

    ran = await jail.run(code, CellLimits(seconds=20, memory_mb=256))

    everything = ran.stdout + ran.result
    assert "ESCAPED" not in everything, everything
    assert "root:" not in everything + ran.error
    assert "hunter2" not in everything + ran.error
    assert ran.error or ran.stopped or not everything
    assert names_in(tmp_path) == before
    assert (tmp_path / "kept").read_text() == "kept"
    assert str(Path(sys.prefix)) not in everything + ran.error
