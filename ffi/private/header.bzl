"""C headers as targets that are both files to take away and dependencies of C code."""

def _ffi_header_impl(ctx):
    headers = depset(ctx.files.hdrs)
    own = CcInfo(compilation_context = cc_common.create_compilation_context(
        headers = headers,
        includes = depset([file.dirname for file in ctx.files.hdrs]),
    ))
    return [
        # The headers it includes are files of it too: a header alone is of no use.
        DefaultInfo(files = depset(transitive = [headers] + [dep[DefaultInfo].files for dep in ctx.attr.deps])),
        cc_common.merge_cc_infos(direct_cc_infos = [own], cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]),
    ]

ffi_header = rule(
    implementation = _ffi_header_impl,
    doc = "A cc_library of headers, whose files are the headers (a cc_library without sources has none).",
    attrs = {
        "deps": attr.label_list(providers = [CcInfo], doc = "Targets of the headers that these include."),
        "hdrs": attr.label_list(allow_files = [".h"], mandatory = True),
    },
    provides = [CcInfo],
)

def _umbrella_header_impl(ctx):
    guard = ctx.outputs.out.basename.upper().replace(".", "_")
    lines = [
        # As in tools/ffigen/src/workspace/headers.rs.
        "/* The headers of several modules. Generated; do not edit. */",
        "#ifndef " + guard,
        "#define " + guard,
        "",
    ] + ["#include \"{}\"".format(header) for header in ctx.attr.includes] + ["", "#endif", ""]
    ctx.actions.write(ctx.outputs.out, "\n".join(lines))

umbrella_header = rule(
    implementation = _umbrella_header_impl,
    doc = "A header that includes others.",
    attrs = {
        "includes": attr.string_list(mandatory = True),
        "out": attr.output(mandatory = True),
    },
)
