"""Shared libraries and programs that run with an older C library than the one they were linked with."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain", "use_cpp_toolchain")

# The oldest glibc that our shared libraries and the programs that we ship run with: that of the oldest distributions
# that are still looked after (RHEL 8, Debian 10).
GLIBC_FLOOR = "2.28"

GLIBC_FLOOR_DIR = str(Label("//tools/bazel:glibc_floor"))

# Flags of rustc for a shared library that has GLIBC_FLOOR_DIR among its compile_data, and for a program.
GLIBC_FLOOR_FLAGS = ["-Clink-arg=-L$(execpath {})".format(GLIBC_FLOOR_DIR)]
GLIBC_FLOOR_PROGRAM_FLAGS = GLIBC_FLOOR_FLAGS + [
    "-Clink-arg=-Wl,--wrap=__libc_start_main",
    # The compiler's own libgcc_s asks for a newer glibc; at run time it is the machine's.
    "-Clink-arg=-Wl,--allow-shlib-undefined",
]

def _glibc_floor_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run(
        executable = ctx.executable._script,
        arguments = [
            GLIBC_FLOOR,
            toolchain.compiler_executable,
            toolchain.nm_executable,
            toolchain.ar_executable,
            out.path,
        ] + [file.path for file in ctx.files._compat],
        inputs = ctx.files._compat,
        outputs = [out],
        # The script starts the compiler, which starts assembler and linker, by name.
        env = {"PATH": "/usr/bin:/bin"},
        use_default_shell_env = True,
        mnemonic = "GlibcFloor",
        progress_message = "Making stand-ins for glibc " + GLIBC_FLOOR,
        tools = [toolchain.all_files],
    )
    return [DefaultInfo(files = depset([out]))]

glibc_floor = rule(
    implementation = _glibc_floor_impl,
    doc = "A directory to give to the linker with -L, see glibc_floor.sh.",
    attrs = {
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_compat": attr.label_list(
            default = ["//tools/bazel:glibc_floor.c", "//tools/bazel:glibc_floor_program.c"],
            allow_files = [".c"],
        ),
        "_script": attr.label(
            default = "//tools/bazel:glibc_floor_script",
            executable = True,
            cfg = "exec",
        ),
    },
    toolchains = use_cpp_toolchain(),
)
