"""Control flow: branches, jump tables, traps, registers of the frame, other stacks. The oracle is a few lines each."""

from clif import INTS, File, wrap
from integers import LLVM_ABI, samples

X86 = ("set opt_level=none", "target x86_64", "set opt_level=speed", "target x86_64 has_bmi1")


def branches():
    """jump and brif, with and without arguments, by a condition of each width; loops."""
    file = File("run/branches.clif", "jump and brif: arguments, both ways, loops, blocks out of order.",
                settings=LLVM_ABI)
    for ty in INTS:
        file.blocks(
            f"brif_{ty}", [ty], ["i32"],
            f"""block0(v0: {ty}):
            v1 = iconst.i32 10
            v2 = iconst.i32 20
            brif v0, block1(v1, v2), block2
            block1(v3: i32, v4: i32):
            v5 = isub v4, v3
            jump block3(v5)
            block2:
            jump block3(v2)
            block3(v6: i32):
            return v6""")
        for a in samples(ty) + [wrap(ty, 1 << (width - 1)) for width in (8, 9, 16, 17, 32, 33, 64, 65)]:
            file.run(f"brif_{ty}", [a], 10 if a else 20)
    file.blocks(
        "factorial", ["i64"], ["i64"],
        """block0(v0: i64):
        v1 = iconst.i64 1
        jump block1(v0, v1)
        block1(v2: i64, v3: i64):
        v4 = imul v3, v2
        v5 = isub v2, v1
        brif v5, block1(v5, v4), block2
        block2:
        return v4""")
    product = 1
    for index in range(1, 26):
        product *= index
        file.run("factorial", [index], wrap("i64", product))
    # The values swap places at each turn: a parallel move.
    file.blocks(
        "swap", ["i64", "i64", "i64"], ["i64", "i64"],
        """block0(v0: i64, v1: i64, v2: i64):
        jump block1(v0, v1, v2)
        block1(v3: i64, v4: i64, v5: i64):
        brif v5, block2, block3
        block2:
        v6 = iconst.i64 1
        v7 = isub v5, v6
        jump block1(v4, v3, v7)
        block3:
        return v3, v4""")
    for turns in range(4):
        file.run("swap", [7, 9, turns], *((7, 9) if turns % 2 == 0 else (9, 7)))
    # Blocks stand in the order of the text, not in that of control flow; one is cold, one is never reached.
    file.blocks(
        "out_of_order", ["i32"], ["i32"],
        """block0(v0: i32):
        jump block3
        block1 cold:
        v2 = iadd.i32 v1, v1
        return v2
        block2:
        trap user7
        block3:
        v1 = imul v0, v0
        nop
        jump block1""")
    for a in (0, 3, 2**31, 65535):
        file.run("out_of_order", [a], wrap("i32", 2 * a * a))
    yield file


def tables():
    """br_table: in and out of bounds, with arguments, empty."""
    file = File("run/br_table.clif", "br_table: each entry, the default beyond the end, arguments, an empty table.")
    for size in (0, 1, 2, 5, 40):
        entries = ", ".join(f"block2(v{100 + index})" for index in range(size))
        constants = "\n".join(f"v{100 + index} = iconst.i64 {index * index + 3}" for index in range(size))
        file.blocks(
            f"table_{size}", ["i32"], ["i64"],
            f"""block0(v0: i32):
            v1 = iconst.i64 -1
            {constants}
            br_table v0, block1, [{entries}]
            block1:
            return v1
            block2(v2: i64):
            return v2""")
        for a in sorted({0, 1, max(size - 1, 0), size, size + 1, 2**31 - 1, 2**31, 2**32 - 1}):
            file.run(f"table_{size}", [a], a * a + 3 if a < size else 2**64 - 1)
    file.blocks(
        "several_targets", ["i32", "i64"], ["i64"],
        """block0(v0: i32, v1: i64):
        br_table v0, block4(v1), [block1, block2, block1, block3(v1)]
        block1:
        v2 = iconst.i64 11
        return v2
        block2:
        v3 = iconst.i64 22
        return v3
        block3(v4: i64):
        v5 = iadd v4, v4
        return v5
        block4(v6: i64):
        return v6""")
    for index, result in enumerate((11, 22, 11, 68, 34, 34)):
        file.run("several_targets", [index, 34], result)
    yield file


def traps():
    """trap, trapz, trapnz: each code; debugtrap where control does not come."""
    file = File("run/traps.clif", "trap, trapz and trapnz with each kind of code.", settings=LLVM_ABI)
    codes = ("stk_ovf", "int_ovf", "heap_oob", "int_divz", "bad_toint", "user1", "user42", "user250")
    for code in codes:
        file.blocks(
            f"trap_{code}", ["i8"], ["i8"],
            f"""block0(v0: i8):
            brif v0, block1, block2
            block1:
            trap {code}
            block2:
            return v0""")
        file.run(f"trap_{code}", [0], 0)
        file.trap(f"trap_{code}", [1], code)
    for op in ("trapz", "trapnz"):
        for ty in INTS:
            file.function(f"{op}_{ty}", [ty], [ty], f"{op} v0, user5\nreturn v0")
            for a in samples(ty) + [1 << (INTS[ty] // 2)]:
                if (a == 0) == (op == "trapz"):
                    file.trap(f"{op}_{ty}", [a], "user5")
                else:
                    file.run(f"{op}_{ty}", [a], a)
        file.function(f"{op}_compare", ["i64"], ["i64"],
                      f"v1 = iconst.i64 99\nv2 = icmp eq v0, v1\n{op} v2, user6\nreturn v0")
        for a in (98, 99):
            if (a == 99) == (op == "trapnz"):
                file.trap(f"{op}_compare", [a], "user6")
            else:
                file.run(f"{op}_compare", [a], a)
    file.blocks(
        "debugtrap", ["i8"], ["i8"],
        """block0(v0: i8):
        brif v0, block1, block2
        block1:
        debugtrap
        jump block2
        block2:
        sequence_point
        return v0""")
    file.run("debugtrap", [0], 0)
    yield file


def frame():
    """Registers of the frame: what holds between them."""
    file = File("run/frame.clif", "get_stack_pointer, get_frame_pointer, get_return_address: what holds between them.",
                settings=("preserve_frame_pointers=true",), targets=X86)
    # On x86_64 the return address stands just above the saved frame pointer, to which the frame pointer points.
    file.function(
        "frame", [], ["i64", "i8"],
        """v0 = get_frame_pointer.i64
        v1 = get_return_address.i64
        v2 = load.i64 v0+8
        v3 = isub v1, v2
        v4 = get_stack_pointer.i64
        v5 = icmp ugt v0, v4
        return v3, v5""",
        ["ss0 = explicit_slot 64"])
    file.run("frame", [], 0, 1)
    yield file
    file = File("run/pinned.clif", "The pinned register keeps what was put into it; here it is put back.",
                settings=("enable_pinned_reg=true",))
    file.function(
        "pinned", ["i64"], ["i64"],
        """v1 = get_pinned_reg.i64
        set_pinned_reg v0
        v2 = get_pinned_reg.i64
        set_pinned_reg v1
        return v2""")
    for a in samples("i64"):
        file.run("pinned", [a], a)
    yield file


def stacks():
    """stack_switch: onto another stack and back, with a payload each way."""
    file = File("run/stack_switch.clif", "stack_switch: onto a fresh stack and back, with a payload each way.",
                settings=("stack_switch_model=basic",), targets=("target x86_64",))
    # Entered by a jump with the payload, the address of the context, in the first register for arguments.
    file.function(
        "other_side", ["i64"], [],
        """v1 = load.i64 v0+24
        v2 = imul v1, v1
        v3 = stack_switch v0, v0, v2
        v4 = load.i64 v0+24
        v5 = iadd v3, v4
        v6 = stack_switch v0, v0, v5
        trap user1""")
    file.function(
        "there_and_back", ["i64", "i64"], ["i64", "i64"],
        """v2 = stack_addr.i64 ss0
        v3 = stack_addr.i64 ss1+8184
        v4 = func_addr.i64 fn0
        v5 = iconst.i64 0
        store v3, v2
        store v5, v2+8
        store v4, v2+16
        store v0, v2+24
        v6 = stack_switch v2, v2, v2
        v7 = stack_switch v2, v2, v1
        return v6, v7""",
        ["ss0 = explicit_slot 32, align = 16", "ss1 = explicit_slot 8192, align = 16",
         "fn0 = colocated %other_side(i64)"])
    for a, b in ((3, 4), (2**32 + 1, 2**64 - 1), (0, 0)):
        file.run("there_and_back", [a, b], wrap("i64", a * a), wrap("i64", a + b))
    yield file


def files(_unsupported):
    """All files about control flow."""
    yield from branches()
    yield from tables()
    yield from traps()
    yield from frame()
    yield from stacks()
