"""The floor of a plan: a C program that makes the system calls of its steps, in their order, and
nothing else. It is written from what `cupel-oci plan --json` prints, so it cannot do less than the
plan says, and reads no config, keeps no state, checks no names and reports nothing."""

import json
import pathlib
import shutil
import struct
import subprocess

HEADER = pathlib.Path(__file__).with_name("steps.h")
NAMESPACES = {"user": "CLONE_NEWUSER", "pid": "CLONE_NEWPID", "mount": "CLONE_NEWNS",
              "network": "CLONE_NEWNET", "ipc": "CLONE_NEWIPC", "uts": "CLONE_NEWUTS",
              "cgroup": "CLONE_NEWCGROUP", "time": "CLONE_NEWTIME"}
ATTRIBUTES = {"ro": "RDONLY", "nosuid": "NOSUID", "nodev": "NODEV", "noexec": "NOEXEC",
              "noatime": "NOATIME", "strictatime": "STRICTATIME", "nodiratime": "NODIRATIME",
              "nosymfollow": "NOSYMFOLLOW"}
COMPILER = ("cc", "-O2", "-static", "-w", "-D_GNU_SOURCE")
MUSL = pathlib.Path("/usr/lib/x86_64-linux-musl/musl-gcc.specs")
# What it needs to be compiled as cupel-oci is: what musl lacks, and the kernel's headers.
WITH_MUSL = (f"-specs={MUSL}", "-isystem", str(HEADER.parents[2] / "cmake/musl/include"),
             "-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu")


class Failed(Exception):
    """There is no such program; the text says why in one sentence."""


def text(value):
    return json.dumps(value, ensure_ascii=True)


def texts(values):
    return "(char *[]){ " + "".join(text(value) + ", " for value in values) + "NULL }"


def flags(words, names, prefix=""):
    """Names with commas between, as an expression of C."""
    return " | ".join(prefix + names[word] for word in words.split(",") if word) or "0"


def attributes(step, name):
    return flags(step.get(name, ""), ATTRIBUTES, "MOUNT_ATTR_")


def inside(path):
    """A path of the container, seen from its root as working directory."""
    return text("." + path)


def mount(step):
    options = []
    if step.get("source"):
        options += ["source", step["source"]]
    for option in filter(None, step.get("options", "").split(",")):
        name, _, value = option.partition("=")
        options += [name, value or None]
    cells = ", ".join("NULL" if cell is None else text(cell) for cell in [*options, None])
    return (f"mount_new({inside(step['destination'])}, {text(step['type'])}, "
            f"{attributes(step, 'attributes')}, (const char *[]){{ {cells} }});")


def bits(names):
    """Capabilities by name, as a set of bits."""
    if names == "all":
        return "UINT64_MAX"
    words = [] if names == "none" else names.split(",")
    return " | ".join(f"UINT64_C(1) << {word}" for word in words) or "0"


def device_rule(rule):
    """Instructions of BPF for one rule such as 'deny c 1:3 rwm', which is tried if no later one
    fits: r2 has the type, r3 what is asked for, r4 and r5 the numbers of the device."""
    verdict, kind, numbers, access = rule.split(" ")
    allow = verdict == "allow"
    asked = sum({"m": 1, "r": 2, "w": 4}[letter] for letter in access)
    tests = []
    if kind != "a":
        tests.append(f"BPF_JMP32 | BPF_K | BPF_JNE, 2, 0, SKIP, {1 if kind == 'b' else 2}")
    tests += ["BPF_ALU | BPF_X | BPF_MOV, 1, 3",
              f"BPF_ALU | BPF_K | BPF_AND, 1, 0, 0, {7 & ~asked if allow else asked}",
              f"BPF_JMP32 | BPF_K | {'BPF_JNE' if allow else 'BPF_JEQ'}, 1, 0, SKIP, 0"]
    for register, number in zip((4, 5), numbers.split(":")):
        if number != "*":
            tests.append(f"BPF_JMP32 | BPF_K | BPF_JNE, {register}, 0, SKIP, {number}")
    return [test.replace("SKIP", str(len(tests) - at + 1)) for at, test in enumerate(tests)] + [
        f"BPF_ALU | BPF_K | BPF_MOV, 0, 0, 0, {int(allow)}", "BPF_JMP | BPF_EXIT"]


def device_filter(step):
    lines = ["BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0", "BPF_ALU | BPF_K | BPF_AND, 2, 0, 0, 0xFFFF",
             "BPF_LDX | BPF_MEM | BPF_W, 3, 1, 0", "BPF_ALU | BPF_K | BPF_RSH, 3, 0, 0, 16",
             "BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4", "BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8"]
    for rule in reversed(step["rules"].split(",")):
        lines += device_rule(rule)
    lines += ["BPF_ALU | BPF_K | BPF_MOV, 0, 0, 0, 0", "BPF_JMP | BPF_EXIT"]
    cells = ", ".join(f"{{ {line} }}" for line in lines)
    return (f"device_filter({text(step['path'])}, (const struct bpf_insn[]){{ {cells} }}, "
            f"{len(lines)});")


def limit(value):
    return "RLIM_INFINITY" if value == "unlimited" else value


def slot(step):
    return step.get("slot", -1)


# What becomes of each kind of step.
KINDS = {
    "cgroup-make": lambda step: f"cgroup_make({text(step['path'])});",
    "cgroup-write": lambda step: f"put({text(step['path'])}, {text(step['value'])});",
    "cgroup-enable": lambda step: f"put({text(step['path'] + '/cgroup.subtree_control')}, "
                                  f"{text(step['controllers'])});",
    "cgroup-offer": lambda step: f"offer({text(step['path'])}, {text(step['controllers'])});",
    "cgroup-devices": device_filter,
    "cgroup-open-v1": lambda step: f"cgroup_open_v1(&run, {text(step['path'])}, {slot(step)});",
    "cgroup-open-v2": lambda step: f"cgroup_open_v2(&run, {text(step['path'])}, {slot(step)});",
    "process-write": lambda step: f"process_write(&run, {text(step['file'])}, "
                                  f"{text(step['value'])});",
    "release": lambda step: "release(&run);",
    "await": lambda step: "await(run);",
    "own-write": lambda step: f"put({text('/proc/self/' + step['file'])}, {text(step['value'])});",
    "session": lambda step: 'must(setsid(), "setsid");',
    "keyring": lambda step: f"must(syscall(SYS_keyctl, 1, {text(step['name'])}), \"keyctl\");",
    "become-root": lambda step: f"user({step['uid']}, {step['gid']}, false);",
    "cgroup-enter": lambda step: f'must(write(run->slots[{slot(step)}], "0", 1), "enter");',
    "home": lambda step: "home();",
    "affinity": lambda step: "all_processors();",
    "cgroup-namespace": lambda step: 'must(unshare(CLONE_NEWCGROUP), "unshare");',
    "loopback": lambda step: "loopback();",
    "hostname": lambda step: f"must(sethostname({text(step['name'])}, "
                             f"{len(step['name'])}), \"hostname\");",
    "domainname": lambda step: f"must(setdomainname({text(step['name'])}, "
                               f"{len(step['name'])}), \"domainname\");",
    "sysctl": lambda step: f"put({text(step['path'])}, {text(step['value'])});",
    "detach": lambda step: 'must(mount(NULL, "/", NULL, MS_REC | '
                           f"MS_{step['propagation'].split(',')[0].upper()}, NULL), \"detach\");",
    "root": lambda step: f"root({text(step['path'])});",
    "mount": mount,
    "bind": lambda step: f"mount_copy({text(step['source'])}, {inside(step['destination'])}, "
                         f"{attributes(step, 'attributes')}, {attributes(step, 'without')});",
    "device": lambda step: f"make_node({inside(step['destination'])}, 0{step['mode']}, "
                           f"{step['major']}, {step['minor']});",
    "device-bind": lambda step: f"bind_device({inside(step['destination'])});",
    "symlink": lambda step: f"must(symlink({text(step['target'])}, "
                            f"{inside(step['destination'])}), \"symlink\");",
    "mask": lambda step: f"mask({inside(step['path'])});",
    "readonly": lambda step: f"read_only({inside(step['path'])});",
    "root-readonly": lambda step: "root_read_only();",
    "pivot": lambda step: "pivot();",
    "close": lambda step: "close_all();",
    "directory": lambda step: f"must(chdir({text(step['path'])}), \"chdir\");",
    "bounding": lambda step: f"bounding({bits(step['keep'])});",
    "user": lambda step: f"user({step['uid']}, {step['gid']}, "
                         f"{'false' if step.get('groups') == 'unchanged' else 'true'});",
    "capabilities": lambda step: f"capabilities({bits(step['effective'])}, "
                                 f"{bits(step['permitted'])}, {bits(step['inheritable'])});",
    "seccomp-compile": lambda step: "",
    "seccomp": lambda step: "seccomp_load(filter, sizeof(filter) / sizeof(filter[0]));",
    "rlimit": lambda step: f"rlimit({step['type']}, {limit(step['soft'])}, "
                           f"{limit(step['hard'])});",
    "umask": lambda step: f"(void)umask(0{step['mask']});",
    "no-new-privileges": lambda step: 'must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");',
    "find": lambda step: "",
    "death-signal": lambda step: 'must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");',
    "ready": lambda step: "",
    "exec": lambda step: f"become((const char **){texts(step['files'])}, {texts(step['args'])}, "
                         f"{texts(step['env'])});",
}


def statement(step):
    if step["step"] not in KINDS:
        raise Failed(f"the floor of a plan has no step '{step['step']}'")
    return "    " + KINDS[step["step"]](step)


def clone(step):
    how = flags(step["new"], NAMESPACES)
    if step.get("vfork"):
        how += " | CLONE_VM | CLONE_VFORK"
    return f"    clone_child(&run, {how}, {slot(step)}, child);"


def filter_table(instructions):
    """A compiled filter of system calls (struct sock_filter, as octets), as a table of C."""
    rows = ", ".join(f"{{ {code}, {true}, {false}, {value}U }}"
                     for code, true, false, value in struct.iter_unpack("=HBBI", instructions))
    return f"static const struct sock_filter filter[] = {{ {rows} }};"


def source(plan, instructions):
    """The program, as text."""
    before, beside, child = [], [], []
    cloned = None
    for step in plan:
        if step["step"] == "clone":
            cloned = step
        elif step["process"] == "child":
            child.append(statement(step))
        else:
            (before if cloned is None else beside).append(statement(step))
    cgroups = [step["path"] for step in reversed(plan) if step["step"] == "cgroup-make"]
    table = [filter_table(instructions), ""] if instructions else []
    lines = ['#include "steps.h"', "", *table,
             "static void child(const struct run *run)", "{", *child, "}", "",
             "int main(void)", "{", "    struct run run = { 0 };", *before]
    if beside:
        lines.append('    must(pipe2(run.channel, O_CLOEXEC), "pipe2");')
    lines += [clone(cloned), *beside,
              f"    return finish(&run, (const char **){texts(cgroups)});", "}", ""]
    return "\n".join(lines)


def build(plan_command, environment, program, instructions):
    """Write the program of a plan as `program` and compile it. The filter of system calls, where
    the plan has one, is taken as it is compiled: `instructions`. A program whose name ends in
    "musl" is linked with that C library."""
    compiler = shutil.which(COMPILER[0])
    if compiler is None:
        raise Failed("cc is not installed, which compiles the floor of the plan")
    with_musl = WITH_MUSL if program.name.endswith("musl") else ()
    if with_musl and not MUSL.is_file():
        raise Failed("musl is not installed (package musl-dev)")
    done = subprocess.run(plan_command, env=environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Failed(f"{plan_command[0]} plan failed: {done.stderr.strip()}")
    file = program.with_suffix(".c")
    file.write_text(source(json.loads(done.stdout), instructions),
                    encoding="utf-8")
    done = subprocess.run([compiler, *COMPILER[1:], *with_musl, f"-I{HEADER.parent}", str(file),
                           "-o", str(program)], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{file} does not compile: {done.stderr.strip()}")
