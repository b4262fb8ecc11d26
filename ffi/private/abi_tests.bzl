"""The tests that hold a module's libraries, manifests and baseline together; tests/abi is their program."""

load("@bazel_skylib//rules:native_binary.bzl", "native_test")
load("//tools/bazel:glibc_floor.bzl", "GLIBC_FLOOR")

def abi_test(name, manifest, baseline):
    """The manifest is as the baseline says. It needs no library, so it speaks up even where a change breaks the build.

    Args:
      name: Name of the test.
      manifest: The generated manifest.
      baseline: A list with the committed manifest or, as long as there is none, an empty list.
    """
    ffigen = Label("//tools/ffigen:generator")
    _abi_check(name, [manifest], [ffigen] + baseline, [
        "--ffigen",
        "$(rootpath {})".format(ffigen),
        "--baseline",
        native.package_name() + "/abi.json",
    ])

def symbols_test(name, library, manifests, functions = None):
    """The library exports what the manifests say, no more and no fewer; no two of them clash; it loads with old glibcs.

    Args:
      name: Name of the test.
      library: The shared library.
      manifests: The manifests of all modules in the library.
      functions: A file that names the functions which are in the library, for one that does not have all; those of
        the module `base` always are.
    """
    args = ["--library", "$(rootpath {})".format(library), "--glibc", GLIBC_FLOOR]
    if functions:
        args += ["--functions", "$(rootpath {})".format(functions)]
    _abi_check(name, manifests, [library] + ([functions] if functions else []), args)

def signatures_test(name, library, manifests):
    """The functions of the library are compiled as the manifests say, by what its debug information tells.

    Args:
      name: Name of the test.
      library: A shared library with debug information.
      manifests: The manifests of all modules in the library.
    """
    _abi_check(name, manifests, [library], ["--debug-library", "$(rootpath {})".format(library)])

def _abi_check(name, manifests, data, args):
    for manifest in manifests:
        args = args + ["--manifest", "$(rootpath {})".format(manifest)]
    native_test(
        name = name,
        size = "small",
        src = Label("//tests/abi:abi_check"),
        out = name + ".bin",
        args = args,
        data = manifests + data,
    )
