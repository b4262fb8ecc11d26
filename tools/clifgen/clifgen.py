#!/usr/bin/env python3
"""Writes the filetests of tests/fixtures/clif, or says whether they are as it would write them.

    clifgen.py DIRECTORY            writes DIRECTORY/run/*.clif and DIRECTORY/verifier/*.clif
    clifgen.py --check DIRECTORY    exit code 1 and the names of the files that differ

Needs Python 3.10 or later and nothing else. Same output on every machine: nothing is random, nothing is looked up.
"""

import sys
from pathlib import Path

import calls
import control
import conversions
import floats
import integers
import memory
import verifier
from unsupported import UNSUPPORTED


def generate():
    """Path to text, for all files."""
    texts = {}
    for module in (integers, floats, conversions, memory, control, calls, verifier):
        for file in module.files(UNSUPPORTED):
            assert file.path not in texts, file.path
            texts[file.path] = file.text()
    return texts


def present(directory):
    """The files that are there."""
    paths = sorted(directory.glob("*/*.clif"))
    return {path.relative_to(directory).as_posix(): path.read_text() for path in paths}


def main(arguments):
    """Exit code."""
    checking = arguments[:1] == ["--check"]
    if len(arguments) != 1 + checking:
        print(__doc__, file=sys.stderr)
        return 2
    directory = Path(arguments[-1])
    wanted, found = generate(), present(directory)
    if checking:
        differing = sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))
        for path in differing:
            print(f"{path} is not as tools/clifgen writes it")
        if differing:
            print("to write them: tools/clifgen/clifgen.py tests/fixtures/clif")
        return 1 if differing else 0
    for path in found.keys() - wanted.keys():
        (directory / path).unlink()
    for path, text in wanted.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
