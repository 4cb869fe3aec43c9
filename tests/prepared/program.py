"""
What a test starts in place of Python. The line before this names the interpreter, without `site`.
"""

# `signal` and `socket` are these two with enums, which take as long to import as Python to start
import _signal as signal
import _socket as socket
import os
import sys

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


def ask(server: socket.socket, heard: list[int], open_files: list[int]) -> bool:
    """Whether the server forks for what this process was started for."""
    umask = os.umask(0)
    os.umask(umask)
    asked = repr((sys.argv[1:], dict(os.environ), os.getcwd(), heard, umask, open_files)).encode()
    try:
        server.connect(os.path.join(os.path.dirname(__file__), "socket"))
        files = b"".join(number.to_bytes(4, sys.byteorder) for number in open_files)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
        server.sendmsg([len(asked).to_bytes(8, "big")], rights)
        server.sendall(asked)
        return server.recv(1) == b"y"
    except OSError:
        return False


def end_as(code: int) -> None:
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


numbers = sorted(map(int, os.listdir("/proc/self/fd")))
open_files = [number for number in numbers if os.path.exists(f"/proc/self/fd/{number}")]
heard = [int(one) for one in SIGNALS if signal.getsignal(one) != signal.SIG_IGN]
signal.pthread_sigmask(signal.SIG_BLOCK, heard)
server = socket.socket(socket.AF_UNIX)
served = ask(server, heard, open_files)
if served:
    # C sends a signal's number on, also of one that comes just before Python waits for the end
    server.settimeout(24 * 3600)
    signal.set_wakeup_fd(server.fileno())
    for number in heard:
        signal.signal(number, lambda *_: None)
signal.pthread_sigmask(signal.SIG_UNBLOCK, heard)
if not served:
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
end_as(int(server.recv(8)))
