"""Calls: direct, indirect, tail, with many parameters and results, with handlers."""

import ieee
from clif import FLOATS, INTS, File, signed, wrap
from control import X86
from integers import LLVM_ABI, samples

ANY = ("i8", "i16", "i32", "i64", "f32", "f64")


def number(ty, value):
    """A small integer as bits of any type."""
    return wrap(ty, value) if ty in INTS else FLOATS[ty].round(ieee.Fraction(value))


def parameters():
    """Each type as parameter and result; more parameters than registers; extended ones; several results."""
    file = File("run/parameters.clif", "Parameters and results: each type, more than there are registers, extended.",
                settings=LLVM_ABI)
    for ty in list(INTS) + ["f32", "f64"]:
        for count in (1, 3, 12):
            params = [ty] * count
            file.function(f"last_{ty}_{count}", params, [ty], f"return v{count - 1}")
            file.function(f"call_{ty}_{count}", params, [ty],
                          f"v90 = call fn0({', '.join(f'v{index}' for index in reversed(range(count)))})\nreturn v90",
                          [f"fn0 = colocated %last_{ty}_{count}({', '.join(params)}) -> {ty}"])
            values = [number(ty, 3 * index + 1) for index in range(count)]
            file.run(f"last_{ty}_{count}", values, values[-1])
            file.run(f"call_{ty}_{count}", values, values[0])
    mixed = [ANY[index % len(ANY)] for index in range(24)]
    values = [number(ty, index + 1) for index, ty in enumerate(mixed)]
    for index, ty in enumerate(mixed):
        file.function(f"mixed_{index}", mixed, [ty], f"return v{index}")
        file.run(f"mixed_{index}", values, values[index])
    for extension in ("uext", "sext"):
        for ty in ("i8", "i16", "i32"):
            name = f"{extension}_{ty}"
            file.function(name, [f"{ty} {extension}"], [ty], "v1 = iadd v0, v0\nreturn v1")
            file.function(name + "_call", [ty], [ty], "v1 = call fn0(v0)\nreturn v1",
                          [f"fn0 = %{name}({ty} {extension}) -> {ty}"])
            for a in samples(ty):
                file.run(name, [a], wrap(ty, a + a))
                file.run(name + "_call", [a], wrap(ty, a + a))
    yield file
    file = File("run/results.clif", "Several results, also more than there are registers.",
                settings=LLVM_ABI + ("enable_multi_ret_implicit_sret=true",))
    for count in (0, 2, 3, 6, 12):
        for kinds in (["i64"], ["f64"], list(ANY)):
            types = [kinds[index % len(kinds)] for index in range(count)]
            name = f"results_{count}_{len(kinds)}{kinds[0]}"
            backwards = types[::-1]
            file.function(name, types, backwards, "return " + ", ".join(f"v{i}" for i in reversed(range(count))))
            results = ", ".join(f"v{100 + index}" for index in range(count))
            arrow = f" -> {', '.join(backwards)}" if count else ""
            file.function(name + "_call", types, backwards,
                          f"{results}{' = ' if count else ''}call fn0({', '.join(f'v{i}' for i in range(count))})\n"
                          f"return {results}",
                          [f"fn0 = colocated %{name}({', '.join(types)}){arrow}"])
            values = [number(ty, index + 5) for index, ty in enumerate(types)]
            for called in (name, name + "_call"):
                file.run(called, values, *values[::-1])
    yield file


def ways():
    """call, call_indirect, func_addr, symbol_value; recursion; each calling convention."""
    file = File("run/calls.clif", "Direct and indirect calls, addresses of functions, recursion, conventions.")
    file.function("twice", ["i64"], ["i64"], "v1 = iadd v0, v0\nreturn v1")
    for colocated in ("", "colocated "):
        name = "colocated" if colocated else "far"
        declare = [f"sig0 = (i64) -> i64", f"fn0 = {colocated}%twice(i64) -> i64"]
        file.function(f"direct_{name}", ["i64"], ["i64"], "v1 = call fn0(v0)\nv2 = call fn0(v1)\nreturn v2", declare)
        file.function(f"indirect_{name}", ["i64"], ["i64"],
                      "v1 = func_addr.i64 fn0\nv2 = call_indirect sig0, v1(v0)\nreturn v2", declare)
        for a in samples("i64"):
            file.run(f"direct_{name}", [a], wrap("i64", 4 * a))
            file.run(f"indirect_{name}", [a], wrap("i64", 2 * a))
    file.function("symbol", ["i64"], ["i64", "i8"],
                  "v1 = symbol_value.i64 gv0\nv2 = call_indirect sig0, v1(v0)\nv3 = func_addr.i64 fn0\n"
                  "v4 = icmp eq v1, v3\nreturn v2, v4",
                  ["gv0 = symbol %twice", "sig0 = (i64) -> i64", "fn0 = %twice(i64) -> i64"])
    file.run("symbol", [21], 42, 1)
    file.blocks(
        "fibonacci", ["i32"], ["i32"],
        """block0(v0: i32):
        v1 = iconst.i32 2
        v2 = icmp ult v0, v1
        brif v2, block1, block2
        block1:
        return v0
        block2:
        v3 = isub v0, v1
        v4 = iconst.i32 1
        v5 = isub v0, v4
        v6 = call fn0(v3)
        v7 = call fn0(v5)
        v8 = iadd v6, v7
        return v8""",
        ["fn0 = colocated %fibonacci(i32) -> i32"])
    before, now = 0, 1
    for index in range(15):
        file.run("fibonacci", [index], before)
        before, now = now, before + now
    for convention in ("system_v", "fast", "tail", "windows_fastcall"):
        params = ["i64", "f64", "i8", "i64", "f32", "i16", "i64", "i64", "i64"]
        shown = ", ".join(params)
        args = ", ".join(f"v{index}" for index in range(9))
        file.function(f"sum_{convention}", params, ["i64"], "v20 = sextend.i64 v2\nv21 = iadd v0, v20\n"
                      "v22 = iadd v21, v8\nv23 = fcvt_to_sint.i64 v1\nv24 = iadd v22, v23\nreturn v24",
                      conv=convention)
        file.function(f"call_{convention}", params, ["i64"], f"v20 = call fn0({args})\nreturn v20",
                      [f"fn0 = colocated %sum_{convention}({shown}) -> i64 {convention}"])
        values = [number(ty, 11 * index + 1) for index, ty in enumerate(params)]
        values[2] = wrap("i8", -9)
        file.run(f"call_{convention}", values, 1 - 9 + 89 + 12)
    yield file


def tail():
    """return_call and return_call_indirect: as deep as no stack would hold, with more and fewer arguments."""
    file = File("run/tail_calls.clif", "return_call and return_call_indirect: a million deep; arguments on the stack.",
                settings=("preserve_frame_pointers=true",))
    for kind in ("return_call", "return_call_indirect"):
        go = "return_call fn0" if kind == "return_call" else "v9 = func_addr.i64 fn0\nreturn_call_indirect sig0, v9"
        file.blocks(
            f"{kind}_loop", ["i64", "i64"], ["i64"],
            f"""block0(v0: i64, v1: i64):
            brif v0, block1, block2
            block1:
            v2 = iconst.i64 1
            v3 = isub v0, v2
            v4 = iadd v1, v0
            {go}(v3, v4)
            block2:
            return v1""",
            ["sig0 = (i64, i64) -> i64 tail", f"fn0 = colocated %{kind}_loop(i64, i64) -> i64 tail"], "tail")
        file.function(kind, ["i64"], ["i64"], "v1 = iconst.i64 0\nv2 = call fn0(v0, v1)\nreturn v2",
                      [f"fn0 = colocated %{kind}_loop(i64, i64) -> i64 tail"])
        for a in (0, 1, 1000, 1000000):
            file.run(kind, [a], a * (a + 1) // 2)
    many = ["i64"] * 14
    file.function("last_of_many", many, ["i64"], "v20 = isub v13, v0\nreturn v20", conv="tail")
    file.function("grow", ["i64", "i64"], ["i64"],
                  "return_call fn0(v0, v1, v1, v1, v1, v1, v1, v1, v1, v1, v1, v1, v1, v1)",
                  [f"fn0 = colocated %last_of_many({', '.join(many)}) -> i64 tail"], "tail")
    file.function("shrink", many, ["i64"], "return_call fn0(v12, v13)",
                  ["fn0 = colocated %grow(i64, i64) -> i64 tail"], "tail")
    file.function("grow_and_shrink", ["i64", "i64"], ["i64"],
                  "v2 = call fn0(v0, v0, v0, v0, v0, v0, v0, v0, v0, v0, v0, v0, v0, v1)\nreturn v2",
                  [f"fn0 = colocated %shrink({', '.join(many)}) -> i64 tail"])
    for a, b in ((1, 100), (2**63, 5)):
        file.run("grow_and_shrink", [a, b], wrap("i64", b - a))
    yield file


def handlers():
    """try_call and try_call_indirect: the ordinary return, and a resumption at a handler."""
    file = File("run/try_call.clif", "try_call and try_call_indirect that return; handlers of each kind are there.")
    for convention in ("tail", "system_v"):
        file.function(f"square_{convention}", ["i64"], ["i64"], "v1 = imul v0, v0\nreturn v1", conv=convention)
        for kind in ("try_call", "try_call_indirect"):
            name = f"{kind}_{convention}"
            go = "try_call fn0(v0)" if kind == "try_call" else "v9 = func_addr.i64 fn0\ntry_call_indirect v9(v0)"
            file.blocks(
                name, ["i64"], ["i64"],
                f"""block0(v0: i64):
                v1 = iconst.i64 1000
                {go}, sig0, block1(ret0, v1), [ tag0: block2(exn0), tag5: block3(exn1, v0), default: block2(exn0) ]
                block1(v2: i64, v3: i64):
                v4 = iadd v2, v3
                return v4
                block2(v5: i64):
                return v5
                block3(v6: i64, v7: i64):
                v8 = iadd v6, v7
                return v8""",
                [f"sig0 = (i64) -> i64 {convention}", f"fn0 = colocated %square_{convention}(i64) -> i64 {convention}"])
            for a in (0, 5, 2**32):
                file.run(name, [a], wrap("i64", a * a + 1000))
    yield file
    file = File("run/resume.clif", "A callee resumes its caller at the handler whose address it was given.",
                settings=("stack_switch_model=basic", "preserve_frame_pointers=true"), targets=("target x86_64",))
    # The context that stack_switch loads is stack pointer, frame pointer, program counter.
    file.blocks(
        "resume", ["i64", "i64"], ["i64"],
        """block0(v0: i64, v1: i64):
        brif v1, block1, block2
        block1:
        v2 = stack_addr.i64 ss0
        v3 = stack_switch v2, v0, v1
        trap user9
        block2:
        v4 = iconst.i64 -1
        return v4""",
        ["ss0 = explicit_slot 24"], "tail")
    file.blocks(
        "call_and_resume", ["i64"], ["i64"],
        """block0(v0: i64):
        jump block4
        block4:
        v1 = get_exception_handler_address.i64 block4, 1
        v2 = get_stack_pointer.i64
        v3 = get_frame_pointer.i64
        v4 = stack_addr.i64 ss0
        store v2, v4
        store v3, v4+8
        store v1, v4+16
        try_call fn0(v4, v0), sig0, block1(ret0), [ tag1: block2, tag2: block3 ]
        block1(v5: i64):
        return v5
        block2:
        v6 = iconst.i64 2
        return v6
        block3:
        v7 = iconst.i64 3
        return v7""",
        ["ss0 = explicit_slot 24", "sig0 = (i64, i64) -> i64 tail", "fn0 = colocated %resume(i64, i64) -> i64 tail"])
    file.run("call_and_resume", [0], wrap("i64", -1))
    file.run("call_and_resume", [1], 3)
    yield file


def names():
    """Functions with the names of routines that compiled code calls, and of the C runtime's own."""
    file = File("run/names.clif", "Names of a file beside the same ones of the C library and of the linker.")
    half = 0x3FF8000000000000
    file.function("floor", ["f64"], ["f64"], "v1 = floor v0\nreturn v1")
    file.run("floor", [half], 0x3FF0000000000000)
    file.function("memcpy", ["i64", "i64", "i64"], ["i64"], "v3 = isub v0, v1\nv4 = isub v3, v2\nreturn v4")
    file.run("memcpy", [9, 2, 4], 3)
    file.function("copied", ["i64"], ["i64", "i64"],
                  "v1 = stack_addr.i64 ss0\nv2 = stack_addr.i64 ss1\nstore v0, v1\nv3 = iconst.i64 8\n"
                  "v4 = call fn0(v2, v1, v3)\nv5 = load.i64 v2\nv6 = call fn1(v0, v0, v3)\nreturn v5, v6",
                  ["ss0 = explicit_slot 8", "ss1 = explicit_slot 8", "fn0 = %Memcpy(i64, i64, i64) -> i64",
                   "fn1 = %memcpy(i64, i64, i64) -> i64"])
    file.run("copied", [2**63 + 7], 2**63 + 7, wrap("i64", -8))
    for name in ("_init", "_end", "main", "abort"):
        file.function(name, ["i64"], ["i64"], "v1 = bnot v0\nreturn v1")
        file.run(name, [7], wrap("i64", -8))
    yield file


def throws():
    """Exceptions that the function which the tools give to a file throws, by its frames: to the nearest fitting handler."""
    file = File("run/throw.clif", "Exceptions that reach the nearest handler of their tag, through frames without one.",
                settings=("preserve_frame_pointers=true",))
    throw = "fn0 = %__cranelift_throw(i64, i64, i64, i32, i64, i64)"
    passed = ["i64", "i32", "i64", "i64"]
    # A frame starts with the frame pointer of the caller; what is thrown starts there, behind the call.
    frames = "v4 = get_frame_pointer.i64\nv5 = load.i64 v4\nv6 = get_return_address.i64\n"
    ways = {
        "called": ([throw], "call fn0(v0, v5, v6, v1, v2, v3)"),
        "by_address": (["sig0 = (i64, i64, i64, i32, i64, i64)", throw],
                       "v7 = func_addr.i64 fn0\ncall_indirect sig0, v7(v0, v5, v6, v1, v2, v3)"),
    }
    for way, (declare, call) in ways.items():
        file.blocks(
            f"raise_{way}", passed, ["i64"],
            f"""block0(v0: i64, v1: i32, v2: i64, v3: i64):
            brif v1, block1, block2
            block1:
            {frames}{call}
            trap user9
            block2:
            v8 = iadd v2, v3
            return v8""",
            declare, "tail")
        file.blocks(
            f"between_{way}", passed, ["i64"],
            """block0(v0: i64, v1: i32, v2: i64, v3: i64):
            try_call fn0(v0, v1, v2, v3), sig0, block1(ret0), [ tag2: block2(exn0, exn1) ]
            block1(v4: i64):
            v5 = bnot v4
            return v5
            block2(v6: i64, v7: i64):
            v8 = bxor v6, v7
            return v8""",
            ["sig0 = (i64, i32, i64, i64) -> i64 tail",
             f"fn0 = colocated %raise_{way}(i64, i32, i64, i64) -> i64 tail"], "tail")
        file.blocks(
            way, ["i32", "i64", "i64"], ["i64"],
            """block0(v0: i32, v1: i64, v2: i64):
            v3 = get_frame_pointer.i64
            v4 = load.i64 v3
            try_call fn0(v4, v0, v1, v2), sig0, block1(ret0), [ tag1: block2(exn0, exn1), default: block3(exn1) ]
            block1(v5: i64):
            return v5
            block2(v6: i64, v7: i64):
            v8 = isub v6, v7
            v9 = isub v8, v1
            return v9
            block3(v10: i64):
            return v10""",
            ["sig0 = (i64, i32, i64, i64) -> i64 tail",
             f"fn0 = colocated %between_{way}(i64, i32, i64, i64) -> i64 tail"])
        for a, b in ((7, 2**63), (2**64 - 1, 12)):
            file.run(way, [0, a, b], wrap("i64", ~(a + b)))
            file.run(way, [1, a, b], wrap("i64", -b))
            file.run(way, [2, a, b], a ^ b)
            file.run(way, [3, a, b], b)
            file.run(way, [2**32 - 2, a, b], b)
    yield file


def files(_unsupported):
    """All files about calls."""
    yield from parameters()
    yield from ways()
    yield from tail()
    yield from handlers()
    yield from names()
    yield from throws()
