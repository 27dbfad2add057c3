"""Processes that never outlive the campaign, however it ends.

Each child leads a session of its own, so that Ctrl-C on the terminal reaches the campaign alone,
which then ends its children in order. Should the campaign itself be killed, the kernel sends its
children SIGTERM (setpriv --pdeathsig). What a child leaves behind becomes a child of ours, because
the campaign is the subreaper of its descendants, and is killed by sweep()."""

import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess

PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 5


def adopt_orphans():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start(command, **options):
    """Start a command with no input; `options` are those of subprocess.Popen."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, command)],
                            stdin=subprocess.DEVNULL, start_new_session=True, **options)


def ask_to_stop(process, number=signal.SIGINT):
    if process.poll() is None:
        process.send_signal(number)


def kill(process):
    """Kill a child and the rest of its session's first process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(command, seconds_max, **options):
    """Run a command to its end; its exit status (None: stopped after seconds_max) and output."""
    process = start(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    try:
        said = process.communicate(timeout=seconds_max)[0]
        status = process.returncode
    except subprocess.TimeoutExpired:
        kill(process)
        said, status = process.communicate()[0], None
    except BaseException:
        kill(process)
        raise
    return status, said.decode("utf-8", "replace")


def sweep(known):
    """Kill and reap those children of ours that are not among the processes `known`."""
    ours = {process.pid for process in known}
    for _ in range(100):  # what we kill may have had children
        listed = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        orphans = [int(pid) for pid in listed if int(pid) not in ours]
        if not orphans:
            return
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
