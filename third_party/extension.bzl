"""Third-party crates: one repository per crate of Cargo.lock, and @crates with an alias for each that we name
ourselves.

A crate's archive comes from cargo's own cache, where `cargo fetch --locked` puts it from whatever registry or
mirror this machine is configured for. Its sha256 is that of Cargo.lock, so it does not matter where it came
from. Its BUILD file is committed in third_party/crates and made by tools/bazel/vendor, which also writes
third_party/crates.bzl.
"""

load(":crates.bzl", "ALIASES", "CRATES", "UNUSED")

_VENDOR = "\nCargo.toml or Cargo.lock was changed after third_party/ was made: run tools/bazel/vendor."

def _repo_name(crate):
    return "crates__" + crate.replace("+", "-")

def _cargo_home(rctx):
    home = rctx.getenv("CARGO_HOME")
    if home:
        return rctx.path(home)
    return rctx.path(rctx.getenv("HOME")).get_child(".cargo")

def _archive(rctx, crate):
    cache = _cargo_home(rctx).get_child("registry").get_child("cache")
    if not cache.exists:
        return None
    for registry in cache.readdir():
        archive = registry.get_child(crate + ".crate")
        if archive.exists:
            return archive
    return None

def _fetched_archive(rctx, crate):
    archive = _archive(rctx, crate)
    if not archive:
        # bazelw has fetched already; this is for a plain `bazel` in the Nix shell.
        rctx.report_progress("cargo fetch --locked")
        cargo = rctx.which("cargo")
        if cargo:
            root = rctx.path(rctx.attr._lock).dirname
            result = rctx.execute([cargo, "fetch", "--locked"], working_directory = str(root), timeout = 1800)
            if result.return_code != 0:
                fail("cargo could not fetch the crates of Cargo.lock:\n" + result.stderr)
            archive = _archive(rctx, crate)
    if not archive:
        fail("{}.crate is not in cargo's cache; run: cargo fetch --locked".format(crate))
    return archive

def _crate_repository_impl(rctx):
    archive = _fetched_archive(rctx, rctx.attr.crate)

    # A `file:` URL instead of extract(), because it checks the sum.
    rctx.download_and_extract(
        url = "file://" + str(archive),
        sha256 = rctx.attr.sha256,
        stripPrefix = rctx.attr.crate,
        type = "tar.gz",
    )

    # A crate may bring a BUILD file of its own, for another workspace than ours.
    for name in ["BUILD", "WORKSPACE", "MODULE.bazel"]:
        rctx.delete(name)
    rctx.symlink(rctx.attr.build_file, "BUILD.bazel")

_crate_repository = repository_rule(
    implementation = _crate_repository_impl,
    doc = "Unpacks one crate from cargo's cache under the BUILD file that third_party/crates has for it.",
    attrs = {
        "build_file": attr.label(mandatory = True, allow_single_file = True),
        "crate": attr.string(mandatory = True, doc = "Name and version, as in the archive's file name."),
        "sha256": attr.string(mandatory = True),
        "_lock": attr.label(default = "//:Cargo.lock", allow_single_file = True),
    },
)

def _hub_impl(rctx):
    lines = ["package(default_visibility = [\"//visibility:public\"])"]
    for name, crate in rctx.attr.aliases.items():
        lines.append("alias(name = \"{}\", actual = \"@{}//:{}\")".format(name, _repo_name(crate), name))
    rctx.file("BUILD.bazel", "\n".join(lines) + "\n")

_hub = repository_rule(
    implementation = _hub_impl,
    attrs = {"aliases": attr.string_dict(mandatory = True)},
)

def _archives_impl(rctx):
    for folder, crates in [("used", rctx.attr.used), ("unused", rctx.attr.unused)]:
        for crate in crates:
            rctx.symlink(_fetched_archive(rctx, crate), "{}/{}.crate".format(folder, crate))
    rctx.file("BUILD.bazel", """\
package(default_visibility = ["//visibility:public"])

[
    filegroup(
        name = folder,
        srcs = glob([folder + "/*.crate"]),
    )
    for folder in ["used", "unused"]
]
""")

_archives = repository_rule(
    implementation = _archives_impl,
    doc = "The archives themselves, for a test that runs cargo.",
    attrs = {
        "unused": attr.string_list(mandatory = True, doc = "What cargo asks for and does not compile here."),
        "used": attr.string_list(mandatory = True),
        "_lock": attr.label(default = "//:Cargo.lock", allow_single_file = True),
    },
)

def _parse_lock(text):
    """Returns {"NAME-VERSION": sha256} for all packages of a lock file that come from a registry."""
    sums = {}
    for block in text.split("[[package]]")[1:]:
        entry = {}
        for line in block.splitlines():
            key, separator, value = line.partition(" = ")
            if separator:
                entry[key] = value.strip("\"")
        if "checksum" in entry:
            sums["{}-{}".format(entry["name"], entry["version"])] = entry["checksum"]
    return sums

def _crates_impl(mctx):
    sums = _parse_lock(mctx.read(Label("//:Cargo.lock")))
    for crate in sums:
        if crate not in CRATES and crate not in UNUSED:
            fail("Cargo.lock has {}, third_party/ has not.{}".format(crate, _VENDOR))
    for crate, sha256 in CRATES.items():
        if crate not in sums or sums[crate] != sha256:
            fail("third_party/ has {}, and Cargo.lock has it not, or with another checksum.{}".format(crate, _VENDOR))
        _crate_repository(
            name = _repo_name(crate),
            build_file = Label("//third_party/crates:BUILD.{}.bazel".format(crate)),
            crate = crate,
            sha256 = sha256,
        )
    _hub(name = "crates", aliases = ALIASES)
    _archives(name = "crate_archives", unused = UNUSED, used = CRATES.keys())
    return mctx.extension_metadata(reproducible = True)

crates = module_extension(
    implementation = _crates_impl,
    doc = "Declares @crates, a repository per crate, and @crate_archives.",
)
