/* Object files: linked by the ordinary linker, run, loaded; the same bytes each time; lines for debuggers. */
#include "compiler/cranelift/tests/module_check.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs a line of the shell; gives its exit code. */
static int run(const char *line) {
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *main_c =
    "#include <stdint.h>\n"
    "#include <stdio.h>\n"
    "int64_t add(int64_t, int64_t);\n"
    "int64_t next(void);\n"
    "extern const char *const words[2];\n"
    "int64_t shared = 5;\n"
    "int main(void) {\n"
    "    next();\n"
    "    printf(\"%d %d %s\\n\", (int)add(40, 2), (int)next(), words[1]);\n"
    "    return 0;\n"
    "}\n";

static const char *source =
    ADD
    "function %next() -> i64 system_v {\n"
    "    gv0 = symbol colocated %counter\n"
    "    gv1 = symbol %shared\n"
    "    fn0 = %add(i64, i64) -> i64 system_v\n"
    "block0:\n"
    "    v0 = symbol_value.i64 gv0\n"
    "    v1 = load.i64 v0\n"
    "    v2 = symbol_value.i64 gv1\n"
    "    v3 = load.i64 v2\n"
    "    v4 = call fn0(v1, v3)\n"
    "    store v4, v0\n"
    "    return v4\n}\n";

/* The module that main_c uses, for a target. */
static int64_t program_module(int64_t target) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("program"), target);
    CHECK(module != 0);
    CHECK(rt_cranelift_declare_global_data(module, RT_STR("counter"), RT_CRANELIFT_TYPE_I64, 100) != 0);
    int64_t text = rt_cranelift_declare_string_data(module, RT_STR("fine\0"));
    int64_t words = rt_cranelift_declare_data(module, RT_STR("words"), RT_CRANELIFT_LINKAGE_EXPORT, false, false, 0);
    CHECK(rt_cranelift_define_data_zero(module, words, 16));
    CHECK(rt_cranelift_data_write_address(module, words, 8, text, 0));
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 2);
    if (rt_last_error_code() != 0) check_print_error();
    return module;
}

static void case_links_and_runs(void) {
    write_file("main.c", main_c);
    static const char *const flags[] = {"", "-no-pie", "-static", "-Wl,--gc-sections -Wl,-z,relro,-z,now"};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        CHECK(rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("program.o")));
        char line[200];
        snprintf(line, sizeof line, "cc %s -Wl,--fatal-warnings main.c program.o -o program && ./program > out",
                 flags[i]);
        CHECK_INT(run(line), 0);
        CHECK_INT(run("test \"$(cat out)\" = '42 110 fine'"), 0);
    }
}

static void case_makes_a_shared_library(void) {
    CHECK(rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("program.o")));
    write_file("shared.c", "#include <stdint.h>\nint64_t shared = 1;\n");
    CHECK_INT(run("cc -shared -fPIC -Wl,-z,defs,-z,text shared.c program.o -o libprogram.so"), 0);
    void *library = dlopen("./libprogram.so", RTLD_NOW);
    CHECK(library != NULL);
    if (library == NULL) return;
    int64_t (*next)(void) = (int64_t (*)(void))(intptr_t)dlsym(library, "next");
    CHECK(next != NULL && next() == 101 && next() == 102);
    CHECK(dlsym(library, "counter") == NULL);
    dlclose(library);
}

static void case_threads_have_their_own_data(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("tls"), RT_CRANELIFT_TARGET_HOST);
    int64_t data = rt_cranelift_declare_data(module, RT_STR("mine"), RT_CRANELIFT_LINKAGE_EXPORT, true, true, 8);
    const int64_t initial = 30;
    CHECK(rt_cranelift_define_data(module, data, (const uint8_t *)&initial, sizeof initial));
    const char *text =
        "function %bump() -> i64 system_v {\n    gv0 = symbol tls %mine\nblock0:\n"
        "    v0 = tls_value.i64 gv0\n    v1 = load.i64 v0\n"
        "    v3 = iconst.i64 1\n    v2 = iadd v1, v3\n    store v2, v0\n    return v2\n}\n";
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(text)), 1);
    if (rt_last_error_code() != 0) check_print_error();
    CHECK(rt_cranelift_emit_object(module, RT_STR("tls.o")));
    write_file("main.c",
               "#include <pthread.h>\n#include <stdint.h>\nint64_t bump(void);\nextern __thread int64_t mine;\n"
               "static void *other(void *p) { bump(); return (void *)(intptr_t)bump(); }\n"
               "int main(void) {\n    pthread_t t; void *r;\n    pthread_create(&t, 0, other, 0);\n"
               "    pthread_join(t, &r);\n"
               "    return (intptr_t)r == 32 && bump() == 31 && mine == 31 ? 0 : 1;\n}\n");
    CHECK_INT(run("cc main.c tls.o -pthread -o tls && ./tls"), 0);
    CHECK_INT(run("cc -shared tls.o -o libtls.so && cc main.c ./libtls.so -pthread -o tls2 && ./tls2"), 0);
}

static void case_four_targets_the_same_bytes(void) {
    static const int machine[] = {62, 183, 243, 22};
    for (int64_t target = 0; target < 4; target++) {
        rt_bytes first = rt_cranelift_emit_object_bytes(program_module(target));
        rt_bytes second = rt_cranelift_emit_object_bytes(program_module(target));
        CHECK(first.len > 500 && first.len == second.len);
        CHECK(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0);
        bool is_big = target == 3;
        CHECK_INT(first.ptr[is_big ? 19 : 18], machine[target]);
        CHECK(rt_cranelift_emit_object(program_module(target), RT_STR("a.o")));
        FILE *file = fopen("a.o", "rb");
        CHECK(file != NULL);
        uint8_t *read = malloc(first.len + 1);
        CHECK_U64(fread(read, 1, first.len + 1, file), first.len);
        CHECK(memcmp(read, first.ptr, first.len) == 0);
        fclose(file);
        free(read);
        CHECK(rt_bytes_free(first) && rt_bytes_free(second));
    }
}

static void case_debuggers_find_lines(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("lines"), RT_CRANELIFT_TARGET_HOST);
    int64_t one = rt_cranelift_source_location(module, RT_STR("src/garden.simple"), 3, 0);
    int64_t two = rt_cranelift_source_location(module, RT_STR("src/garden.simple"), 4, 9);
    char text[400];
    snprintf(text, sizeof text,
             "function %%grow(i64) -> i64 system_v {\nblock0(v0: i64):\n"
             "    v3 = iconst.i64 77\n@%04x v1 = iadd v0, v3\n@%04x v2 = sdiv v1, v0\n    return v2\n}\n",
             (unsigned)one, (unsigned)two);
    CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(text)), 1);
    CHECK(rt_cranelift_emit_object(module, RT_STR("lines.o")));
    write_file("main.c",
               "#include <stdint.h>\n#include <stdio.h>\nint64_t grow(int64_t);\n"
               "int main(void) { printf(\"%d\\n\", (int)grow(11)); return 0; }\n");
    CHECK_INT(run("cc -g main.c lines.o -o lines && ./lines > /dev/null"), 0);
    CHECK_INT(run("set -e; start=$(nm lines | sed -n 's/ T grow$//p')\n"
                  "end=$((0x$start + 24)); all=\n"
                  "for i in $(seq $((0x$start)) $end); do\n"
                  "  all=\"$all $(addr2line -f -e lines $(printf %x $i) | tr '\\n' ' ')\"\n"
                  "done\n"
                  "case $all in *grow*garden.simple:3*garden.simple:4*) ;; *) echo \"$all\"; exit 1;; esac"),
              0);
    CHECK_INT(run("readelf -S lines.o | grep -q eh_frame"), 0);
}

static void case_links_and_pipes_stay_what_they_are(void) {
    write_file("target.o", "old");
    CHECK(symlink("target.o", "link.o") == 0 && symlink("free.o", "dangling.o") == 0);
    CHECK(rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("link.o")));
    CHECK(rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("dangling.o")));
    CHECK_INT(run("test -L link.o && test -L dangling.o && cmp target.o free.o"), 0);
    CHECK(mkfifo("pipe", 0600) == 0);
    int pipe = open("pipe", O_RDWR);
    CHECK(pipe >= 0);
    CHECK(rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("pipe")));
    char start[4];
    CHECK(read(pipe, start, 4) == 4 && memcmp(start, "\177ELF", 4) == 0);
    close(pipe);
    CHECK_INT(run("test -p pipe"), 0);
}

static void case_files_are_whole_or_untouched(void) {
    write_file("old.o", "old");
    CHECK(!rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("none/x.o")));
    CHECK_ERROR(NOT_FOUND);
    CHECK_MESSAGE("none/x.o");
    CHECK(mkdir("directory", 0700) == 0);
    CHECK(!rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("directory")));
    CHECK_ERROR(IS_A_DIRECTORY);
    CHECK(!rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(!rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("a\0b")));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(rt_cranelift_emit_object(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("old.o")));
    CHECK(rt_cranelift_emit_object_raw(program_module(RT_CRANELIFT_TARGET_HOST), RT_STR("new.o")));
    CHECK_INT(run("cmp old.o new.o && test $(ls -A | wc -l) = 3"), 0);
}

static void case_what_is_declared_must_be_defined(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t sig = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_DEFAULT);
    CHECK(rt_cranelift_declare_function(module, RT_STR("gone"), sig, RT_CRANELIFT_LINKAGE_EXPORT) != 0);
    CHECK(rt_cranelift_declare_data(module, RT_STR("lost"), RT_CRANELIFT_LINKAGE_LOCAL, true, false, 0) != 0);
    CHECK(rt_cranelift_signature_free(sig));
    CHECK(!rt_cranelift_emit_object(module, RT_STR("a.o")));
    CHECK_ERROR(NOT_FOUND);
    CHECK_MESSAGE("declared, but not defined: function `gone`, data `lost`");
    CHECK(access("a.o", F_OK) != 0);
    CHECK(!rt_cranelift_emit_object(module, RT_STR("a.o")));
    CHECK_ERROR(STALE_HANDLE);
    int64_t jit = jit_of(ADD, 1);
    rt_bytes none = rt_cranelift_emit_object_bytes(jit);
    CHECK(none.ptr == NULL);
    CHECK_ERROR(INVALID_ARGUMENT);
}

static const check_case cases[] = {
    CASE(links_and_runs),
    CASE(makes_a_shared_library),
    CASE(threads_have_their_own_data),
    CASE(four_targets_the_same_bytes),
    CASE(debuggers_find_lines),
    CASE(links_and_pipes_stay_what_they_are),
    CASE(files_are_whole_or_untouched),
    CASE(what_is_declared_must_be_defined),
};

CHECK_MAIN(cases)
