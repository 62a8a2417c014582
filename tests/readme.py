#!/usr/bin/env python3
"""Runs the examples of README.md: ```console blocks with `$ command` lines and the output they promise.

In the promised output a line `...` stands for any lines, also none. Blocks marked ```console ignore are left out.
`zhiyi` and `cargo run --release --` both mean the program given with --binary. The last line is `N passed, M failed`.
With --write the output that was got takes the place of promised output that does not fit, save where it has a line `...`.
"""

import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def examples(text):
    """Yields (line number, command, promised lines, line number of the first of them) of every console block."""
    marker, block = None, []
    for number, line in enumerate(text.splitlines(), 1):
        if marker is None:
            if line.startswith("```"):
                marker, block = line[3:].split(), []
        elif line.startswith("```"):
            if marker[:1] == ["console"] and "ignore" not in marker:
                yield from commands(block)
            marker = None
        else:
            block.append((number, line))


def commands(block):
    start, command, promised, first = 0, None, [], 0
    for number, line in block:
        if command and command.endswith("\\"):
            command, first = command[:-1] + line.strip(), number + 1
        elif line.startswith("$ "):
            if command:
                yield start, command, promised, first
            start, command, promised, first = number, line[2:], [], number + 1
        elif command:
            promised.append(line)
    if command:
        yield start, command, promised, first


def fits(promised, got):
    """True where the lines are those promised; `...` stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n" for line in promised)
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in got)) is not None


def trimmed(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def run(command, binary):
    program = shlex.quote(str(binary))
    command = re.sub(r"cargo run --release( -q| --quiet)? -- ", "zhiyi ", command)
    script = f'zhiyi() {{ {program} "$@"; }}\n{command}\n'
    env = {**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
    )
    return trimmed(done.stdout.splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/zhiyi")
    parser.add_argument("--readme", type=pathlib.Path, default=ROOT / "README.md")
    parser.add_argument("--write", action="store_true", help="write the output that was got")
    arguments = parser.parse_args()
    passed = failed = 0
    text = arguments.readme.read_text(encoding="utf-8")
    lines, moved = text.splitlines(), 0
    for line, command, promised, first in examples(text):
        try:
            got = run(command, arguments.binary.resolve())
        except subprocess.TimeoutExpired:
            got = ["(it did not end within 300 seconds)"]
        if fits(trimmed(promised), got):
            passed += 1
            print(f"ok     {arguments.readme.name}:{line}: {command}")
        elif arguments.write and "..." not in promised:
            passed += 1
            at = first - 1 + moved
            lines[at : at + len(promised)] = got
            moved += len(got) - len(promised)
            print(f"wrote  {arguments.readme.name}:{line}: {command}")
        else:
            failed += 1
            print(f"FAILED {arguments.readme.name}:{line}: {command}")
            print("".join(f"  promised  {p}\n" for p in promised) + "".join(f"  got       {g}\n" for g in got), end="")
    if arguments.write:
        arguments.readme.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
