/* Data of modules: strings, scalars, bytes and zeros, addresses in data, and what is refused. */
#include "compiler/cranelift/tests/module_check.h"

static void *at(int64_t module, int64_t data) {
    return (void *)(intptr_t)rt_cranelift_data_address(module, data);
}

static void case_strings_are_one_per_content(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t hello = rt_cranelift_declare_string_data(module, RT_STR("hello"));
    int64_t empty = rt_cranelift_declare_string_data(module, NULL, 0);
    int64_t nul = rt_cranelift_declare_string_data(module, RT_STR("hel\0o"));
    CHECK(hello > 0 && empty > 0 && nul > 0);
    CHECK(hello != empty && hello != nul);
    CHECK_INT(rt_cranelift_declare_string_data(module, RT_STR("hello")), hello);
    CHECK_INT(rt_cranelift_declare_string_data(module, RT_STR("")), empty);
    CHECK_FAILS(rt_cranelift_data_address(module, hello), 0, NOT_FOUND);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    CHECK(memcmp(at(module, hello), "hello", 5) == 0);
    CHECK(memcmp(at(module, nul), "hel\0o", 5) == 0);
    CHECK_INT((intptr_t)at(module, hello) % 8, 0);
    CHECK(at(module, empty) != at(module, hello));
    CHECK(!rt_cranelift_data_write_address(module, hello, 0, empty, 0));
    CHECK_ERROR(INVALID_ARGUMENT);
    rt_cranelift_free_module(module);
}

static void case_scalars_have_their_width(void) {
    static const int width[] = {0, 1, 2, 4, 8, 4, 8, 1, 8, 16, 2, 16};
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t data[12];
    for (int64_t type = 1; type <= 11; type++) {
        char name[8];
        snprintf(name, sizeof name, "g%d", (int)type);
        data[type] = rt_cranelift_declare_global_data(module, RT_CSTR(name), type, -2);
        CHECK(data[type] > 0);
        CHECK_FAILS(rt_cranelift_declare_global_data(module, RT_CSTR(name), type, 0), 0, ALREADY_EXISTS);
        CHECK_INT(rt_cranelift_find_data(module, RT_CSTR(name)), data[type]);
    }
    CHECK_FAILS(rt_cranelift_declare_global_data(module, RT_STR("x"), 99, 0), 0, INVALID_ENUM);
    CHECK_FAILS(rt_cranelift_declare_global_data(module, RT_STR(""), 1, 0), 0, INVALID_ARGUMENT);
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    for (int64_t type = 1; type <= 11; type++) {
        const unsigned char *bytes = at(module, data[type]);
        CHECK_INT(bytes[0], 0xfe);
        for (int i = 1; i < width[type]; i++) CHECK_INT(bytes[i], 0xff);
        CHECK_INT((intptr_t)bytes % width[type], 0);
    }
    rt_cranelift_free_module(module);
}

static void case_code_reads_and_writes_data(void) {
    const char *source =
        "function %count(i64) -> i64 system_v {\n"
        "    gv0 = symbol colocated %counter\n"
        "block0(v0: i64):\n"
        "    v1 = symbol_value.i64 gv0\n"
        "    v2 = load.i64 v1\n"
        "    v3 = iadd v2, v0\n"
        "    store v3, v1\n"
        "    return v3\n}\n";
    for (int pic = 0; pic < 2; pic++) {
        rt_text settings[] = {RT_TEXT("is_pic=false")};
        if (pic) settings[0] = (rt_text)RT_TEXT("is_pic=true");
        int64_t module = rt_cranelift_new_module_with(RT_STR("test"), settings, 1);
        int64_t data = rt_cranelift_declare_global_data(module, RT_STR("counter"), RT_CRANELIFT_TYPE_I64, 40);
        CHECK_INT(rt_cranelift_define_text(module, RT_CSTR(source)), 1);
        CHECK_INT(rt_cranelift_finalize_module(module), module);
        const int64_t args[] = {1};
        CHECK_INT(rt_cranelift_call_function_ptr(pointer_of(module, "count"), args, 1), 41);
        CHECK_INT(rt_cranelift_call_function_ptr(pointer_of(module, "count"), args, 1), 42);
        CHECK_INT(*(int64_t *)at(module, data), 42);
        rt_cranelift_free_module(module);
    }
}

static int imported_value = 7;

static void case_data_holds_addresses(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t text = rt_cranelift_declare_string_data(module, RT_STR("text"));
    int64_t table = rt_cranelift_declare_data(module, RT_STR("table"), RT_CRANELIFT_LINKAGE_EXPORT, false, false, 64);
    int64_t outside = rt_cranelift_declare_data(module, RT_STR("outside"), RT_CRANELIFT_LINKAGE_IMPORT, true, false, 0);
    CHECK_INT(rt_cranelift_define_text(module, RT_STR(ADD)), 1);
    int64_t add = rt_cranelift_find_function(module, RT_STR("add"));
    CHECK(!rt_cranelift_data_write_address(module, table, 0, add, 0));
    CHECK_ERROR(INVALID_ARGUMENT);
    CHECK(!rt_cranelift_define_data(module, outside, RT_STR("x")));
    CHECK_ERROR(ALREADY_EXISTS);
    CHECK(rt_cranelift_define_data_zero(module, table, 40));
    CHECK(!rt_cranelift_define_data_zero(module, table, 40));
    CHECK_ERROR(ALREADY_EXISTS);
    CHECK(rt_cranelift_data_write_address(module, table, 0, add, 0));
    CHECK(rt_cranelift_data_write_address(module, table, 8, text, 2));
    CHECK(rt_cranelift_data_write_address(module, table, 16, outside, 0));
    CHECK(rt_cranelift_data_write_address(module, table, 24, table, 8));
    static const struct {
        int64_t offset;
        int32_t code;
    } bad[] = {{33, RT_ERROR_OUT_OF_RANGE},        {-8, RT_ERROR_OUT_OF_RANGE}, {INT64_MAX, RT_ERROR_OUT_OF_RANGE},
               {4, RT_ERROR_INVALID_ARGUMENT},     {8, RT_ERROR_ALREADY_EXISTS}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!rt_cranelift_data_write_address(module, table, bad[i].offset, text, 0));
        CHECK_INT(rt_last_error_code(), bad[i].code);
    }
    CHECK(!rt_cranelift_data_write_address(module, table, 32, 99, 0));
    CHECK_ERROR(WRONG_KIND);
    CHECK_FAILS(rt_cranelift_finalize_module(module), 0, NOT_FOUND);
    CHECK_MESSAGE("`outside`, which `table` uses");
    CHECK(rt_cranelift_add_symbol(module, RT_STR("outside"), (int64_t)(intptr_t)&imported_value));
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    const intptr_t *words = at(module, table);
    CHECK_INT((intptr_t)words % 64, 0);
    CHECK_INT(words[0], pointer_of(module, "add"));
    CHECK(memcmp((const char *)words[1], "xt", 2) == 0);
    CHECK_INT(*(int *)words[2], 7);
    CHECK_INT(words[3], (intptr_t)(words + 1));
    CHECK_INT(words[4], 0);
    CHECK(!rt_cranelift_data_write_address(module, table, 32, text, 0));
    CHECK_ERROR(INVALID_ARGUMENT);
    rt_cranelift_free_module(module);
}

static void case_limits_hold(void) {
    int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t data = rt_cranelift_declare_data(module, RT_STR("d"), RT_CRANELIFT_LINKAGE_LOCAL, true, false, 4096);
    CHECK(!rt_cranelift_define_data_zero(module, data, ((int64_t)1 << 30) + 1));
    CHECK_ERROR(LIMIT_REACHED);
    CHECK(!rt_cranelift_define_data_zero(module, data, -1));
    CHECK_ERROR(OUT_OF_RANGE);
    const int64_t aligns[] = {-8, 3, 8192, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof aligns / sizeof aligns[0]; i++) {
        CHECK_FAILS(rt_cranelift_declare_data(module, RT_STR("e"), RT_CRANELIFT_LINKAGE_LOCAL, true, false, aligns[i]),
                    0, INVALID_ARGUMENT);
    }
    CHECK_FAILS(rt_cranelift_declare_data(module, RT_STR("e"), RT_CRANELIFT_LINKAGE_LOCAL, true, true, 0), 0,
                UNSUPPORTED);
    CHECK_FAILS(rt_cranelift_declare_data(module, RT_STR("e"), 3, true, false, 0), 0, INVALID_ENUM);
    CHECK_FAILS(rt_cranelift_find_data(module, RT_STR("none")), 0, NOT_FOUND);
    CHECK(rt_cranelift_define_data_zero(module, data, 3 << 20));
    CHECK_INT(rt_cranelift_finalize_module(module), module);
    CHECK_INT((intptr_t)at(module, data) % 4096, 0);
    memset(at(module, data), 1, 3 << 20);
    rt_cranelift_free_module(module);
}

/* The memory of this process that is real, in bytes. */
static long resident(void) {
    long all = 0, real = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL);
    if (file == NULL) return 0;
    CHECK_INT(fscanf(file, "%ld %ld", &all, &real), 2);
    fclose(file);
    return real * sysconf(_SC_PAGESIZE);
}

static void case_zeros_around_an_address_take_no_memory(void) {
    const int64_t size = (int64_t)1 << 30;
    for (int writable = 0; writable < 2; writable++) {
        int64_t module = rt_cranelift_new_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
        long before = resident();
        int64_t big =
            rt_cranelift_declare_data(module, RT_STR("big"), RT_CRANELIFT_LINKAGE_LOCAL, writable, false, 0);
        CHECK(rt_cranelift_define_data_zero(module, big, size));
        CHECK(rt_cranelift_data_write_address(module, big, 0, big, 8));
        CHECK(rt_cranelift_data_write_address(module, big, size - 8, big, 0));
        CHECK_INT(rt_cranelift_finalize_module(module), module);
        const intptr_t *words = at(module, big);
        CHECK_INT(words[0], (intptr_t)(words + 1));
        CHECK_INT(words[size / 16], 0);
        CHECK_INT(words[size / 8 - 1], (intptr_t)words);
        CHECK(resident() - before < 16 << 20);
        rt_cranelift_free_module(module);
    }
}

static void case_zeros_around_an_address_fill_an_object(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t data[2];
    static const char *const names[] = {"small", "big"};
    for (int i = 0; i < 2; i++) {
        data[i] = rt_cranelift_declare_data(module, RT_CSTR(names[i]), RT_CRANELIFT_LINKAGE_EXPORT, true, false, 0);
        CHECK(rt_cranelift_define_data_zero(module, data[i], (64 << 20) + 8 * i));
    }
    CHECK(!rt_cranelift_data_write_address(module, data[1], 0, data[0], 0));
    CHECK_ERROR(LIMIT_REACHED);
    CHECK_MESSAGE("data `big`, offset 0: an object file holds the zeros around an address, which are 67108872 bytes");
    rt_bytes bytes = rt_cranelift_emit_object_bytes(module);
    CHECK(bytes.ptr != NULL && bytes.len < 1 << 20);
    CHECK(rt_bytes_free(bytes));
    module = rt_cranelift_new_aot_module(RT_STR("test"), RT_CRANELIFT_TARGET_HOST);
    int64_t one = rt_cranelift_declare_data(module, RT_STR("one"), RT_CRANELIFT_LINKAGE_EXPORT, true, false, 0);
    CHECK(rt_cranelift_define_data_zero(module, one, 1 << 20));
    CHECK(rt_cranelift_data_write_address(module, one, 8, one, 0));
    bytes = rt_cranelift_emit_object_bytes(module);
    CHECK(bytes.ptr != NULL && bytes.len > 1 << 20);
    CHECK(rt_bytes_free(bytes));
}

static const check_case cases[] = {
    CASE(strings_are_one_per_content), CASE(scalars_have_their_width), CASE(code_reads_and_writes_data),
    CASE(data_holds_addresses),        CASE(limits_hold),
    CASE(zeros_around_an_address_take_no_memory),
    CASE(zeros_around_an_address_fill_an_object),
};

CHECK_MAIN(cases)
