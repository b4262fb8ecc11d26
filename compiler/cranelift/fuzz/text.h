/* Texts: names, settings, paths, and functions in Cranelift's format, as they are and changed at random. */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

enum { TEXT = 1 << 14, CHUNKS = 8192 };

static struct {
    const char *start;
    size_t len;
} fuzz_chunks[CHUNKS];
static size_t fuzz_chunk_count;

/* A text that the contract refuses, or that is just odd. */
static inline const uint8_t *pick_odd(uint64_t *len) {
    static const char *odd[] = { "", "a", "with space", "\377\376", "half\303", "%", "u0:1", "host", "=",
                                 "Sch\303\266n \360\237\214\261", "a\nb", "*/ /* \\ \"" };
    static uint8_t memory[70000];
    switch (fuzz_below(8)) {
    case 0: *len = 0; return NULL;
    case 1: *len = 1 + fuzz_below(100); return NULL;
    case 2: *len = (uint64_t)INT64_MAX + 1 + fuzz_below(1000); return (const uint8_t *)"x";
    case 3:
        if (memory[0] == 0) memset(memory, 'a', sizeof memory);
        *len = fuzz_below(sizeof memory);
        return memory;
    case 4: *len = 3; return (const uint8_t *)"a\0b";
    default: {
        const char *text = odd[fuzz_below(sizeof odd / sizeof odd[0])];
        *len = strlen(text);
        return (const uint8_t *)text;
    }
    }
}

static inline const uint8_t *pick_of(const char *const *texts, size_t count, uint64_t *len) {
    if (is_astray()) return pick_odd(len);
    const char *text = texts[fuzz_below(count)];
    *len = strlen(text);
    return (const uint8_t *)text;
}

#define PICK_OF(len, ...) \
    static const char *const texts[] = { __VA_ARGS__ }; \
    return pick_of(texts, sizeof texts / sizeof texts[0], len)

static inline const uint8_t *pick_symbol(uint64_t *len) {
    static const char *const names[NAMES] = { "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9" };
    G.name = -1;
    if (is_astray()) return pick_odd(len);
    G.name = (int)fuzz_below(NAMES);
    *len = 2;
    return (const uint8_t *)names[G.name];
}

static inline const uint8_t *pick_module_name(uint64_t *len) { PICK_OF(len, "demo", "m", "a.simple", ""); }
static inline const uint8_t *pick_file(uint64_t *len) { PICK_OF(len, "a.simple", "b/c.simple", "d"); }
static inline const uint8_t *pick_path(uint64_t *len) { PICK_OF(len, "a.o", "b.o", "no/such/a.o", ".", "a.o/b.o"); }
static inline const uint8_t *pick_blob(uint64_t *len) { PICK_OF(len, "", "abc", "text", "12345678", "\001\002\003"); }

static inline const uint8_t *pick_triple(uint64_t *len) {
    PICK_OF(len, "host", "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "riscv64gc-unknown-linux-gnu",
            "s390x-unknown-linux-gnu", "x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "mips-unknown-linux-gnu",
            "pulley64", "x86_64-pc-windows-msvc", "riscv64-unknown-none", "x");
}

static inline uint64_t pick_settings(rt_text *items) {
    static const char *const known[] = {
        "opt_level=speed", "opt_level=none", "opt_level=speed_and_size", "regalloc_algorithm=single_pass",
        "regalloc_algorithm=backtracking", "keep_text=true", "debug_lines=false", "is_pic=false", "is_pic=true",
        "enable_pinned_reg=true", "preserve_frame_pointers=true", "enable_llvm_abi_extensions=true",
        "enable_verifier=false", "unwind_info=false", "stack_switch_model=basic", "tls_model=elf_gd",
        "enable_probestack=false", "probestack_strategy=inline", "enable_probestack=true",
        "probestack_size_log2=12", "enable_alias_analysis=false", "use_colocated_libcalls=true",
        "regalloc_checker=true", "enable_jump_tables=false", "enable_nan_canonicalization=true",
        "enable_heap_access_spectre_mitigation=false", "enable_table_access_spectre_mitigation=false",
        "machine_code_cfg_info=true", "libcall_call_conv=system_v", "enable_multi_ret_implicit_sret=true",
        "bb_padding_log2_minus_one=5", "log2_min_function_alignment=4", "enable_pcc=true", "enable_safepoints=true",
        "has_avx2=false", "has_sse41=false", "has_bmi1=true", "has_lse=true", "has_zbb=true", "has_v=true",
        "has_fp16=true",
        "record=r.c", "record=no/such/r.c", "no_such=1", "opt_level", "opt_level=", "keep_text=maybe",
        "probestack_size_log2=99",
    };
    uint64_t count = fuzz_below(4);
    for (uint64_t index = 0; index < count; index++) {
        const char *text = known[fuzz_below(sizeof known / sizeof known[0] - (fuzz_wild ? 0 : 6))];
        items[index] = (rt_text){ (const uint8_t *)text, strlen(text) };
        if (is_astray()) items[index].ptr = pick_odd(&items[index].len);
    }
    if (fuzz_record[0] != 0) {
        static char setting[sizeof fuzz_record + 40];
        int len = snprintf(setting, sizeof setting, "record=%s-%d.c", fuzz_record, S.module_count + 1);
        items[count++] = (rt_text){ (const uint8_t *)setting, (uint64_t)len };
    }
    return count;
}

/* ---- functions in Cranelift's format */

static inline void add_chunks(const char *text) {
    /* From `function` to the end of the function, at the start of lines. */
    const char *start = strncmp(text, "function ", 9) == 0 ? text : strstr(text, "\nfunction ");
    while (start && fuzz_chunk_count < CHUNKS) {
        const char *end = strstr(start, "\n}");
        if (!end) return;
        if (end + 2 - start < TEXT / 2) {
            fuzz_chunks[fuzz_chunk_count].start = start;
            fuzz_chunks[fuzz_chunk_count++].len = (size_t)(end + 2 - start);
        }
        start = strstr(end, "\nfunction ");
    }
}

/* Reads filetests, whose functions are where texts start from. */
static inline void read_corpus(char **paths, int count) {
    for (int index = 0; index < count; index++) {
        FILE *file = fopen(paths[index], "rb");
        if (!file) continue;
        fseek(file, 0, SEEK_END);
        long size = ftell(file);
        rewind(file);
        /* It stays for the whole run. */
        char *text = size > 0 ? calloc((size_t)size + 1, 1) : NULL;
        if (text && fread(text, 1, (size_t)size, file) == (size_t)size) add_chunks(text);
        else free(text);
        fclose(file);
    }
}

static const char fuzz_default[] = "function %f0(i64, i64) -> i64 system_v {\n    ss0 = explicit_slot 8\n"
                                   "block0(v0: i64, v1: i64):\n    v2 = iadd v0, v1\n    jump block1(v2)\n"
                                   "block1(v3: i64):\n    return v3\n}";

static inline size_t span(size_t len, size_t most, size_t *at) {
    *at = fuzz_below(len);
    size_t size = 1 + fuzz_below(most);
    return *at + size > len ? len - *at : size;
}

/* Where a word starts that begins with a letter like `v`, or anything else. */
static inline size_t find_word(const char *text, size_t len) {
    for (int tries = 0; tries < 20; tries++) {
        size_t at = fuzz_below(len);
        while (at < len && !(text[at] >= '0' && text[at] <= '9')) at++;
        if (at < len) return at;
    }
    return 0;
}

static inline size_t replace(char *text, size_t len, size_t at, size_t gone, const char *with, size_t size) {
    if (len - gone + size >= TEXT) return len;
    memmove(text + at + size, text + at + gone, len - at - gone);
    memcpy(text + at, with, size);
    return len - gone + size;
}

static inline size_t mutate(char *text, size_t len) {
    static const char *const words[] = {
        "i8", "i16", "i32", "i64", "i128", "f16", "f32", "f64", "f128", "i8x16", "i32x4", "f64x2", "v0", "v1", "v7",
        "block0", "block1", "block9", "ss0", "gv0", "sig0", "fn0", "u0:0", "u1:0", "%f1", "iadd", "isub", "load.i64",
        "store", "call", "call_indirect", "return", "return_call", "jump", "brif", "br_table", "trap user1", "udiv",
        "bitcast.f64", "select", "iconst.i64", "f64const", "splat.i32x4", "vconst.i8x16", "shuffle", "extractlane",
        "uextend.i128", "stack_addr.i64", "atomic_rmw.i32 add", "try_call", "tail", "system_v", "windows_fastcall",
        "fast", "preserve_all", "winch", "sret", "uext", "sext", "notrap", "aligned", "little", "0x1.8p3", "+NaN",
        "-Inf", "65536", "4294967295", "18446744073709551615", "-9223372036854775808", "99999999", "cold",
        "explicit_slot 65536", "explicit_dynamic_slot", "dt0 = i32x4*gv0", "symbol colocated", "tls", "vmctx",
        "get_pinned_reg.i64", "stack_switch", "debug_trap", "sequence_point", "(", ")", ",", ":", "=", "->", "{",
        "}", "[", "]", ";", "\n", "=", "@0042", "iabs.i128", "global_value.i64", "x86_pshufb", "popcnt.i8x16",
    };
    size_t at, size, from;
    switch (fuzz_below(8)) {
    case 0: text[fuzz_below(len)] = (char)(32 + fuzz_below(95)); return len;
    case 1: size = span(len, 40, &at); return replace(text, len, at, size, "", 0);
    case 2: {
        char copy[200];
        size = span(len, sizeof copy, &from);
        memcpy(copy, text + from, size);
        return replace(text, len, fuzz_below(len), 0, copy, size);
    }
    case 3: {
        static const char *const numbers[] = { "0", "1", "2", "7", "8", "16", "31", "32", "63", "64", "127", "255",
                                               "65535", "65536", "4294967295", "99999999999999999999" };
        const char *number = numbers[fuzz_below(sizeof numbers / sizeof numbers[0])];
        at = find_word(text, len);
        for (size = 0; at + size < len && text[at + size] >= '0' && text[at + size] <= '9';) size++;
        return replace(text, len, at, size, number, strlen(number));
    }
    default: {
        const char *word = words[fuzz_below(sizeof words / sizeof words[0])];
        at = fuzz_below(len);
        while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '\n') at--;
        for (size = 0; at + size < len && !strchr(" ,\n)", text[at + size]);) size++;
        return replace(text, len, at, fuzz_one_of(4) ? 0 : size, word, strlen(word));
    }
    }
}

static inline const uint8_t *pick_clif(uint64_t *len) {
    static char text[TEXT];
    if (is_astray()) return pick_odd(len);
    const char *start = fuzz_default;
    size_t size = sizeof fuzz_default - 1;
    if (fuzz_chunk_count && !fuzz_one_of(8)) {
        size_t at = fuzz_below(fuzz_chunk_count);
        start = fuzz_chunks[at].start;
        size = fuzz_chunks[at].len;
    }
    memcpy(text, start, size);
    uint64_t changes = fuzz_one_of(3) ? 0 : 1 + fuzz_below(4);
    for (uint64_t change = 0; change < changes && size > 0; change++) size = mutate(text, size);
    *len = size;
    return (const uint8_t *)text;
}

#endif
