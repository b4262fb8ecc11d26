#!/usr/bin/env python3
"""How ffigen's time and memory grow with the number of functions.

    growth.py FFIGEN SPEC BASE

Makes specs with 1, 10, 100 and 1,000 times as many functions as SPEC, whose functions it repeats under other names, and
prints for `check` and `generate` the wall time, the processor time and the peak memory of the best of some runs. A spec
may have 4 MiB, so the largest ones come as several modules in one call.
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path

# So many copies are in one spec.
LARGEST = 100
RUNS = {1: 20, 10: 10, 100: 5, 1000: 3}


def spec(text, module, copies):
    """The text of a module with the functions of another some times."""
    at = re.search(r"^\[\[(function|family)\]\]$", text, re.MULTILINE).start()
    head, functions = text[:at], text[at:]
    # The first words of the functions' names; that of a family may stand in its members.
    groups = sorted(set(re.findall(r"name = ['\"]rt_([a-z]+)", functions)))
    name = re.compile(r"\brt_(%s)_" % "|".join(groups))
    parts = [head.replace('name = "time"', f'name = "growth{module}"', 1)]
    parts += [name.sub(lambda found: f"rt_g{module}c{copy}_{found[1]}_", functions) for copy in range(copies)]
    # Types of two modules may not have one name either.
    text = "\n".join(parts).replace("CivilTime", f"CivilTime{module}")
    return text.replace("rt_civil_time", f"rt_civil_time{module}")


def run(command):
    """Wall seconds, processor seconds and peak bytes of one run."""
    begin = time.perf_counter()
    child = os.spawnv(os.P_NOWAIT, command[0], command)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"growth: {' '.join(command[:2])} failed (see above)")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    ffigen, source, base = (os.path.abspath(path) for path in sys.argv[1:])
    text = Path(source).read_text()
    print("copies functions     MB  verb      wall ms   CPU ms us/function  MB peak")
    with tempfile.TemporaryDirectory() as folder:
        for copies, runs in RUNS.items():
            specs = []
            for module in range(-(-copies // LARGEST)):
                path = Path(folder) / f"growth{module}.toml"
                path.write_text(spec(text, module, min(copies, LARGEST)))
                specs.append(str(path))
            size = sum(os.path.getsize(path) for path in specs)
            run([ffigen, "generate", "--base", base, "--emit", "manifest", "--out", f"{folder}/abi{copies}", *specs])
            manifests = Path(f"{folder}/abi{copies}").glob("**/*.json")
            functions = sum(path.read_text().count('"role": "declared"') for path in manifests)
            for verb in ("check", "generate"):
                out = ["--out", f"{folder}/out{copies}"] if verb == "generate" else []
                command = [ffigen, verb, "--base", base, *out, *specs]
                best = [min(column) for column in zip(*(run(command) for _ in range(runs)))]
                print(
                    f"{copies:6} {functions:9} {size / 1e6:6.2f}  {verb:8} {best[0] * 1e3:8.1f} {best[1] * 1e3:8.1f}"
                    f" {best[1] / functions * 1e6:11.1f} {best[2] / 1e6:8.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
