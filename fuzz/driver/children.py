"""Processes that never outlive the campaign, however it ends.

Each child leads a session of its own, so that Ctrl-C on the terminal reaches the campaign alone,
which then ends its children in order. What a child leaves behind becomes a child of ours, because
the campaign is the subreaper of its descendants, and is killed by sweep(). Should the campaign
itself be killed, a keeper, which does nothing before, ends all that is left and says by its TMPDIR
whose it is, and removes that directory."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 5
KEEPER_GRACE_S = 2
KEEPER_TICK_S = 0.05
keepers = set()


def adopt_orphans():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def with_scratch(scratch):
    """The processes whose TMPDIR is the directory `scratch`."""
    wanted = os.fsencode(f"TMPDIR={scratch}")
    for place in pathlib.Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it has ended, or is not ours
            if wanted in place.read_bytes().split(b"\0"):
                yield int(place.parent.name)


def end_all(scratch):
    """End the processes of a campaign that is no more: in order, then by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        end = time.monotonic() + KEEPER_GRACE_S
        while time.monotonic() < end:
            left = list(with_scratch(scratch))
            if not left:
                return
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            time.sleep(KEEPER_TICK_S)


def keep(scratch):
    """Start the keeper, which waits for the campaign's end. From now on all that we start must
    have `scratch` as its TMPDIR; the keeper has not, since it began before."""
    ended, ours = os.pipe()
    pid = os.fork()
    if pid != 0:
        os.close(ended)  # `ours` is closed by our end alone, since no child inherits it
        keepers.add(pid)
        os.environ["TMPDIR"] = scratch
        return
    with contextlib.suppress(BaseException):
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        os.close(ours)
        os.read(ended, 1)
        end_all(scratch)
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)


def start(command, **options):
    """Start a command with no input; `options` are those of subprocess.Popen."""
    return subprocess.Popen([*map(str, command)], stdin=subprocess.DEVNULL, start_new_session=True,
                            **options)


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
    ours = keepers | {process.pid for process in known}
    for _ in range(100):  # what we kill may have had children
        listed = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        orphans = [int(pid) for pid in listed if int(pid) not in ours]
        if not orphans:
            return
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
