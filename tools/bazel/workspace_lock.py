"""What `ffigen workspace` pins: the lock file and the licences of a Cargo workspace with all generated modules.

ffigen carries them and takes from them what the modules of one workspace need. They come from cargo itself: this makes
packages with the dependencies that the specs name, beside the hand-written crates, and lets cargo cut the repository's
Cargo.lock down to them. Which crate a crate uses depends on its features, and these on the modules; hence `edges.txt`,
which says for each such use what modules there are that need it, each module taken alone.
Part of tools/bazel/vendor, which has fetched all crates by then.
"""

import json
import subprocess
import tempfile
import tomllib
from pathlib import Path

# The hand-written crates that generated ones use: name -> folder.
HAND_WRITTEN = {"cranelift_core": "compiler/cranelift/core", "ffi_rt": "ffi/rt"}


def inline(value):
    """A TOML value; JSON has the same strings, booleans and arrays."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {inline(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def read(path):
    return tomllib.loads(path.read_text())


def packages(root):
    """Dependencies of each package, as Cargo.toml has them: name -> crate -> requirement."""
    shared = read(root / "Cargo.toml")["workspace"]["dependencies"]
    found = {}
    for name, path in HAND_WRITTEN.items():
        found[name] = {key: shared[key] for key in read(root / path / "Cargo.toml")["dependencies"]}
    for path in sorted((root / "specs").glob("*.toml")):
        spec = read(path)
        if spec["module"].get("provider") != "hand_written":
            found[f"ffi_{spec['module']['name']}"] = {"ffi_rt": {}, **spec.get("dependencies", {})}
    return found


def write(root, folder, members):
    """Writes a workspace of some packages, with the repository's lock file."""
    version = read(root / "Cargo.toml")["workspace"]["package"]["version"]
    for name, wanted in members.items():
        (folder / name / "src").mkdir(parents=True)
        (folder / name / "src/lib.rs").touch()
        lines = [f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2024"\n\n[dependencies]\n']
        for key, value in wanted.items():
            lines.append(f"{key} = {inline({'path': '../' + key} if key in HAND_WRITTEN else value)}\n")
        (folder / name / "Cargo.toml").write_text("".join(lines))
    (folder / "Cargo.toml").write_text(f'[workspace]\nresolver = "3"\nmembers = {inline(sorted(members))}\n')
    (folder / "Cargo.lock").write_text((root / "Cargo.lock").read_text())


def resolve(root, members):
    """What cargo makes of the lock file for some packages, and what it says about all crates in it."""
    with tempfile.TemporaryDirectory() as folder:
        write(root, Path(folder), members)
        command = ["cargo", "metadata", "--offline", "--format-version=1"]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
        return (Path(folder) / "Cargo.lock").read_text(), json.loads(done.stdout)["packages"]


def edges(lock):
    """Who uses whom among the crates of a lock file, each with its version."""
    entries = tomllib.loads(lock)["package"]
    versions = {}
    for entry in entries:
        versions.setdefault(entry["name"], []).append(entry["version"])
    for entry in entries:
        for spelling in entry.get("dependencies", []) if "source" in entry else []:
            name, *version = spelling.split(" ")
            yield f"{entry['name']} {entry['version']} > {name} {(version or versions[name])[0]}"


def files(root, header):
    """The files: path below third_party -> text."""
    every = packages(root)
    lock, crates = resolve(root, every)
    used = {}
    for name in sorted(set(every) - {"cranelift_core"}):
        members = {name: every[name]} | {key: every[key] for key in HAND_WRITTEN if key in every[name]}
        members["ffi_rt"] = every["ffi_rt"]
        for edge in edges(resolve(root, members)[0]):
            used.setdefault(edge, []).append(name)
    rows = {f"{crate['name']} {crate['version']}": crate["license"] for crate in crates if crate["source"]}
    return {
        "workspace/Cargo.lock": lock,
        "workspace/edges.txt": header + "".join(f"{edge}: {' '.join(names)}\n" for edge, names in sorted(used.items())),
        "workspace/licences.txt": header + "".join(f"{crate}: {licence}\n" for crate, licence in sorted(rows.items())),
    }
