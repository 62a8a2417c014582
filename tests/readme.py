#!/usr/bin/env python3
"""Runs the examples of README.md, or of the files that are named: ```console blocks of `$ command` lines with their output.

In the promised output a line `...` stands for any lines, also none. Blocks marked ```console ignore are left out.
`zhiyi` and `cargo run --release --` both mean the program given with --binary. The last line is `N passed, M failed`.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

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


def run(command, path):
    command = re.sub(r"cargo run --release( -q| --quiet)? -- ", "zhiyi ", command)
    env = {**os.environ, "PATH": path + os.pathsep + os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
    )
    return trimmed(done.stdout.splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/zhiyi")
    parser.add_argument("files", type=pathlib.Path, nargs="*", default=[ROOT / "README.md"])
    parser.add_argument("--write", action="store_true", help="write the output that was got")
    arguments = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as path:
        # A program of its own rather than a function of the shell, so that `zhiyi … &` can be told to stop.
        pathlib.Path(path, "zhiyi").symlink_to(arguments.binary.resolve())
        for file in arguments.files:
            text = file.read_text(encoding="utf-8")
            lines, moved = text.splitlines(), 0
            for line, command, promised, first in examples(text):
                try:
                    got = run(command, path)
                except subprocess.TimeoutExpired:
                    got = ["(it did not end within 300 seconds)"]
                if fits(trimmed(promised), got):
                    passed += 1
                    print(f"ok     {file.name}:{line}: {command}")
                elif arguments.write and "..." not in promised:
                    passed += 1
                    at = first - 1 + moved
                    lines[at : at + len(promised)] = got
                    moved += len(got) - len(promised)
                    print(f"wrote  {file.name}:{line}: {command}")
                else:
                    failed += 1
                    print(f"FAILED {file.name}:{line}: {command}")
                    print("".join(f"  promised  {p}\n" for p in promised), end="")
                    print("".join(f"  got       {g}\n" for g in got), end="")
            if arguments.write:
                file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
