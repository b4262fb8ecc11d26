/* What functions do when a machine has nothing left for them, or paths lead nowhere: a table of
 * situation, function, error and remains.
 *
 * In each situation every function that can meet it is called. It has to fail with the code of the situation and a
 * message that names the function, and to leave files, descriptors, results, handles and children as they were.
 * `covered` holds the rows against the errors that the specs name. */
#include "situation.h"

/* What a call may change. */
enum {
    KEEPS = 0,
    /* The doc says that a part of what is written may be there. */
    CUTS = 1,
    /* Takes half a minute: only with the argument `all`. */
    SLOW = 2,
    /* The doc says that a part of what is to go may be gone. */
    PARTS = 4,
    /* Succeeds, as the doc says, and tells what happened in its result. */
    GIVES = 8,
    /* Only adds to a file: what was there before stays. */
    ADDS = 16,
};

/* Things that calls need, made before anything is taken away. */
static int64_t hasher, listener, near, far, udp, module, signature, child, watch;
static int32_t backlog_port;
static const int32_t usr1[] = { SIGUSR1 };
static const rt_text stubborn[] = { RT_TEXT("-c"), RT_TEXT("trap '' TERM INT HUP QUIT; while :; do sleep 1; done") };
static const rt_text much[] = { RT_TEXT("-c"), RT_TEXT("268435456"), RT_TEXT("/dev/zero") };
static const rt_text changed[] = { RT_TEXT("CHANGED=1") };
static const rt_archive_limits usual;
static const rt_text short_while[] = { RT_TEXT("0.5") };
static const rt_process_limits at_once = { .timeout_ms = 10 };
static const rt_process_limits soon = { .timeout_ms = SOON };
static const rt_http_options soon_http = { .timeout_ms = SOON };
static const rt_password_cost cheap = { .memory_kib = 64, .passes = 1, .lanes = 1 };
static const rt_password_cost costly = { .memory_kib = 256 << 10, .passes = 1, .lanes = 1 };
static rt_bytes packed_gz, packed_xz, packed_zst;
static int64_t long_value;
enum { HUGE = 7 << 20, MANY = 1600000 };
static int64_t huge[HUGE];
static uint8_t letters[56 << 20], slashes[30 << 20], steps[4 << 20];
static const rt_text long_text = { letters, sizeof letters };
static uint8_t json_items[1 << 20], toml_items[1 << 20], yaml_items[1 << 20], cbor_items[1 << 20];
static int64_t pattern_all, pattern_one, interner, text_strings, byte_strings, numbers, pool;
static int64_t longest, named, named_function, keyed, walk, many, more;
static rt_process_run_result ran;
static rt_process_run_timeout_result ran_timeout;
static rt_process_run_with_limits_result ran_limits;
static rt_execute_native_result ran_native;
static rt_process_result ran_bytes;
static rt_http_response response;
static rt_udp_receive_from_result datagram;
static rt_file_info info;
static rt_system_disk_space_result space;
static rt_system_load_average_result load;
static rt_memory_info memory;

/* The error of the call, where others follow it. */
static int32_t noted_code = -1;
static char noted_message[400];

static void note_error(void) {
    noted_code = rt_last_error_code();
    rt_text message = rt_last_error_message();
    snprintf(noted_message, sizeof noted_message, "%s", message.ptr ? (const char *)message.ptr : "");
    rt_text_free(message);
}

static int64_t same(int64_t number) { return number; }
static void wait_for_ever(int64_t unused) {
    for (;;) sleep((unsigned)unused + 1000);
}
static int64_t called(int64_t arguments, int64_t data) { return arguments + data; }

static int64_t a_module(void) {
    int64_t module = rt_cranelift_new_aot_module(RT_STR("demo"), RT_CRANELIFT_TARGET_HOST);
    int64_t noise = rt_cranelift_declare_data(module, RT_STR("noise"), RT_CRANELIFT_LINKAGE_EXPORT, false, false, 8);
    rt_cranelift_define_data(module, noise, big, BIG);
    return module;
}

static int64_t a_stubborn_child(void) { return rt_process_spawn(RT_STR("sh"), stubborn, 2); }

/* A child that does not end is waited for in vain, and can then be ended. */
static bool waits_in_vain(void) {
    int64_t child = a_stubborn_child();
    bool failed = rt_process_wait_timeout(child, SOON) == -1;
    note_error();
    return failed && rt_process_kill(child) && rt_process_wait(child) == 128 + SIGKILL;
}

/* The streams until then are worth something, so this one succeeds and says that time was up. */
static bool run_bytes_in_vain(void) {
    bool gives = rt_process_run_bytes(RT_STR("sh"), stubborn, 2, NULL, 0, NULL, 0, NULL, 0, &soon, &ran_bytes);
    bool is_late = gives && ran_bytes.timed_out;
    rt_process_result_free(&ran_bytes);
    return is_late;
}

/* A child that cannot be killed stays, and can be waited for. */
static bool runs_in_vain(void) {
    const rt_text arguments[] = { RT_TEXT("3") };
    bool failed = !rt_process_run_bytes(RT_STR("sleep"), arguments, 1, NULL, 0, NULL, 0, NULL, 0, &at_once, &ran_bytes);
    note_error();
    const char *number = strstr(noted_message, "process ");
    return failed && number && rt_process_wait(strtoll(number + 8, NULL, 10)) == 0;
}

/* A directory comes that cannot be watched. */
static bool watches_in_vain(int64_t timeout_ms) {
    rt_watch_event event;
    if (mkdir("noise/new", 0700) != 0) return false;
    bool failed = timeout_ms < 0 ? !rt_watch_next(watch, &event) : !rt_watch_next_timeout(watch, timeout_ms, &event);
    note_error();
    return failed && rmdir("noise/new") == 0;
}

/* As often as there is room; the numbers take all of it, so that nothing else can fail first. */
static bool fills(bool (*put_one)(void)) {
    for (int count = 0; count < 100000000; count++) {
        if (!put_one()) return true;
    }
    return false;
}

static bool send_one(void) { return rt_channel_send(numbers, 7); }
static bool try_one(void) { return rt_channel_try_send(numbers, 7); }
static bool send_soon(void) { return rt_channel_send_timeout(numbers, 7, SOON); }
static bool push(void) { return rt_value_array_push(more, 0); }
static bool insert_last(void) { return rt_value_array_insert(more, rt_value_array_len(more), 0); }
static bool submit(void) { return rt_thread_pool_submit(pool, wait_for_ever, 0); }

/* More than all buffers between two sockets take. */
static bool writes_in_vain(void) {
    for (int count = 0; count < 1000; count++) {
        if (!rt_tcp_write(near, big, BIG, SOON)) return true;
    }
    return false;
}

#define BYTES big, BIG
#define COSTLY_HASH                                                                                                  \
    RT_STR("$argon2id$v=19$m=262144,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
#define LETTERS(mib) letters, (mib) << 20
#define SLASHES slashes, sizeof slashes
#define STEPS steps, sizeof steps
#define JSON_ITEMS json_items, sizeof json_items
#define TOML_ITEMS toml_items, sizeof toml_items
#define YAML_ITEMS yaml_items, sizeof yaml_items
#define CBOR_ITEMS cbor_items, sizeof cbor_items

#include "families.h"

#define GET(url) rt_http_request(RT_STR("GET"), RT_CSTR(url), NULL, 0, NULL, 0, &soon_http, &response)

#define ROWS(ROW)                                                                                                    \
    PACKS(ROW, FULL, RT_STR, ON)                                                                                     \
    COLLECTS(ROW, FULL, RT_STR, ON)                                                                                  \
    UNPACKS(ROW, FULL, RT_STR, ON)                                                                                   \
    WRITES(ROW, FULL, ON)                                                                                            \
    ROW(FULL, rt_file_create_new, KEEPS, !rt_file_create_new(ON("new"), BYTES))                                      \
    ROW(FULL, rt_file_move, KEEPS, !rt_file_move(RT_STR("noise/n"), ON("new")))                                      \
    ROW(FULL, rt_value_print, KEEPS, (rt_value_print(0), true))                                                      \
    ROW(FULL, rt_value_println, KEEPS, (rt_value_println(0), true))                                                  \
    MAKES(ROW, NODES, ON)                                                                                            \
    ROW(NODES, rt_dir_create_all, KEEPS, !rt_dir_create_all(ON("new/deep")))                                         \
    ROW(NODES, rt_file_write_text, KEEPS, !rt_file_write_text(ON("new"), RT_STR("x")))                               \
    ROW(NODES, rt_file_atomic_write, KEEPS, !rt_file_atomic_write(ON("a.txt"), RT_STR("x")))                         \
    ROW(NODES, rt_file_lock, KEEPS, rt_file_lock(ON("new"), 0) == 0)                                                 \
    ROW(NODES, rt_file_lock_shared, KEEPS, rt_file_lock_shared(ON("new"), 0) == 0)                                   \
    ROW(NODES, rt_tar_extract, KEEPS, !rt_tar_extract(RT_STR("n.tar"), ON("new")))                                   \
    PACKS(ROW, CLOSED, RT_STR, OFF)                                                                                  \
    COLLECTS(ROW, CLOSED, RT_STR, OFF)                                                                               \
    UNPACKS(ROW, CLOSED, RT_STR, OFF)                                                                                \
    WRITES(ROW, CLOSED, OFF)                                                                                         \
    MAKES(ROW, CLOSED, OFF)                                                                                          \
    ROW(CLOSED, rt_dir_create_all, KEEPS, !rt_dir_create_all(OFF("new/deep")))                                       \
    ASKS(ROW, CLOSED, HIDDEN, RT_STR("hidden/*"))                                                                    \
    OPENS(ROW, CLOSED, HIDDEN)                                                                                       \
    LOOKS(ROW, CLOSED, HIDDEN, RT_STR("hidden"))                                                                     \
    CHANGES(ROW, CLOSED, OFF)                                                                                        \
    MOVES(ROW, CLOSED, OFF, HIDDEN)                                                                                  \
    READS(ROW, CLOSED, HIDDEN)                                                                                       \
    FILE_HASHES(ROW, CLOSED, HIDDEN)                                                                                 \
    ROW(CLOSED, rt_env_cwd, KEEPS, GIVES_NOTHING(rt_env_cwd(), ptr))                                                 \
    ROW(CLOSED, rt_system_user_name, KEEPS, GIVES_NOTHING(rt_system_user_name(), ptr))                               \
    ROW(CLOSED, rt_tcp_listen, KEEPS, rt_tcp_listen(RT_STR("0.0.0.0"), 1) == 0)                                      \
    ROW(CLOSED, rt_udp_bind, KEEPS, rt_udp_bind(RT_STR("0.0.0.0"), 1) == 0)                                          \
    RUNS(ROW, CLOSED, RT_STR("./data"))                                                                              \
    SPAWNS(ROW, CLOSED, RT_STR("./data"))                                                                            \
    READS(ROW, FILES, RT_STR("a.txt"))                                                                               \
    FILE_HASHES(ROW, FILES, RT_STR("a.txt"))                                                                         \
    PACKS(ROW, FILES, RT_STR, RT_STR)                                                                                \
    COLLECTS(ROW, FILES, RT_STR, RT_STR)                                                                             \
    UNPACKS(ROW, FILES, RT_STR, RT_STR)                                                                              \
    WRITES(ROW, FILES, RT_STR)                                                                                       \
    ROW(FILES, rt_file_create_new, KEEPS, !rt_file_create_new(RT_STR("new"), BYTES))                                 \
    RUNS(ROW, FILES, RT_STR("./script"))                                                                             \
    SPAWNS(ROW, FILES, RT_STR("./script"))                                                                           \
    ROW(FILES, rt_shell_output, KEEPS, GIVES_NOTHING(rt_shell_output(RT_STR("true")), ptr))                          \
    ROW(FILES, rt_file_lock, KEEPS, rt_file_lock(RT_STR("a.txt"), 0) == 0)                                           \
    ROW(FILES, rt_dir_list, KEEPS, GIVES_NOTHING(rt_dir_list(RT_STR(".")), items))                                   \
    ROW(FILES, rt_dir_entries, KEEPS, GIVES_NOTHING(rt_dir_entries(RT_STR(".")), items))                             \
    ROW(FILES, rt_dir_walk, KEEPS, GIVES_NOTHING(rt_dir_walk(RT_STR(".")), items))                                   \
    ROW(FILES, rt_dir_remove, KEEPS, !rt_dir_remove(RT_STR("noise"), true))                                          \
    ROW(FILES, rt_dir_remove_all, KEEPS, !rt_dir_remove_all(RT_STR("noise")))                                        \
    ROW(FILES, rt_temp_file_create, KEEPS,                                                                           \
        GIVES_NOTHING(rt_temp_file_create(RT_STR("."), RT_STR("a"), RT_STR("b")), ptr))                              \
    ROW(FILES, rt_env_home, KEEPS, GIVES_NOTHING(rt_env_home(), ptr))                                                \
    ROW(FILES, rt_history_load, KEEPS, !rt_history_load(RT_STR("a.txt")))                                            \
    ROW(FILES, rt_watch_new, KEEPS, rt_watch_new(RT_STR("noise"), false) == 0)                                       \
    ROW(FILES, rt_cli_watch_file, KEEPS, rt_cli_watch_file(RT_STR("noise")) == 0)                                    \
    ROW(FILES, rt_signal_watch, KEEPS, rt_signal_watch(usr1, 1) == 0)                                                \
    ROW(FILES, rt_archive_list, KEEPS, GIVES_NOTHING(rt_archive_list(RT_STR("n.tar")), items))                       \
    ROW(FILES, rt_archive_read, KEEPS, GIVES_NOTHING(rt_archive_read(RT_STR("n.tar"), RT_STR("n"), 0), ptr))         \
    ROW(FILES, rt_tcp_loop, KEEPS, rt_tcp_loop() == 0)                                                               \
    ROW(FILES, rt_tcp_listen, KEEPS, rt_tcp_listen(RT_STR("127.0.0.1"), 0) == 0)                                     \
    ROW(FILES, rt_tcp_connect, KEEPS, rt_tcp_connect(RT_STR("127.0.0.1"), backlog_port, 5000) == 0)                  \
    ROW(FILES, rt_tcp_accept, KEEPS, rt_tcp_accept(listener, 0) == 0)                                                \
    ROW(FILES, rt_udp_bind, KEEPS, rt_udp_bind(RT_STR("127.0.0.1"), 0) == 0)                                         \
    ROW(FILES, rt_http_request, KEEPS, !GET(silent_url))                                                             \
    ROW(FILES, rt_http_get, KEEPS, GIVES_NOTHING(rt_http_get(RT_CSTR(silent_url)), ptr))                             \
    ROW(STUBBORN, rt_process_run_timeout, KEEPS,                                                                     \
        !rt_process_run_timeout(RT_STR("sh"), stubborn, 2, SOON, &ran_timeout))                                      \
    ROW(STUBBORN, rt_process_run_with_limits, KEEPS,                                                                 \
        !rt_process_run_with_limits(RT_STR("sh"), stubborn, 2, SOON, 256, &ran_limits))                              \
    ROW(STUBBORN, rt_execute_native, KEEPS, !rt_execute_native(RT_STR("./stubborn"), NULL, 0, SOON, &ran_native))    \
    ROW(STUBBORN, rt_process_run_bytes, GIVES, run_bytes_in_vain())                                                  \
    ROW(STUBBORN, rt_process_wait_timeout, KEEPS, waits_in_vain())                                                   \
    ROW(HANGS, rt_http_request, KEEPS, !GET(silent_url))                                                             \
    ROW(HANGS, rt_http_request, KEEPS, !GET(half_url))                                                               \
    ROW(HANGS, rt_http_request, KEEPS, !GET(drips_url))                                                              \
    ROW(HANGS, rt_http_get, SLOW, GIVES_NOTHING(rt_http_get(RT_CSTR(drips_url)), ptr))                               \
    ROW(HANGS, rt_http_post, SLOW, GIVES_NOTHING(rt_http_post(RT_CSTR(silent_url), RT_STR("x")), ptr))               \
    ROW(HANGS, rt_tcp_connect, KEEPS, rt_tcp_connect(RT_STR("127.0.0.1"), backlog_port, SOON) == 0)                  \
    ROW(HANGS, rt_tcp_accept, KEEPS, rt_tcp_accept(listener, SOON) == 0)                                             \
    ROW(HANGS, rt_file_lock, KEEPS, rt_file_lock(RT_STR("a.txt"), 0) == 0)                                           \
    ROW(HANGS, rt_file_lock_shared, KEEPS, rt_file_lock_shared(RT_STR("a.txt"), 0) == 0)                             \
    ROW(HANGS, rt_history_load, KEEPS, !rt_history_load(RT_STR("a.txt")))                                            \
    ROW(HANGS, rt_tcp_read, KEEPS, GIVES_NOTHING(rt_tcp_read(near, 10, SOON), ptr))                                  \
    ROW(HANGS, rt_tcp_write, KEEPS, writes_in_vain())                                                                \
    ROW(HANGS, rt_udp_receive_from, KEEPS, !rt_udp_receive_from(udp, SOON, &datagram))                               \
    READS(ROW, MEMORY, RT_STR("large"))                                                                              \
    ROW(MEMORY, rt_process_run, KEEPS, !rt_process_run(RT_STR("head"), much, 3, &ran))                               \
    ROW(MEMORY, rt_process_output, KEEPS, GIVES_NOTHING(rt_process_output(RT_STR("head"), much, 3), ptr))            \
    ROW(MEMORY, rt_shell_output, KEEPS, GIVES_NOTHING(rt_shell_output(RT_STR("head -c 268435456 /dev/zero")), ptr))  \
    ROW(MEMORY, rt_archive_read, KEEPS,                                                                              \
        GIVES_NOTHING(rt_archive_read(RT_STR("zeros.zip"), RT_STR("zeros"), LARGE), ptr))                            \
    ROW(MEMORY, rt_gzip_decompress_bytes, KEEPS,                                                                     \
        GIVES_NOTHING(rt_gzip_decompress_bytes(packed_gz.ptr, packed_gz.len, LARGE), ptr))                           \
    ROW(MEMORY, rt_xz_decompress_bytes, KEEPS,                                                                       \
        GIVES_NOTHING(rt_xz_decompress_bytes(packed_xz.ptr, packed_xz.len, LARGE), ptr))                             \
    ROW(MEMORY, rt_zstd_decompress_bytes, KEEPS,                                                                     \
        GIVES_NOTHING(rt_zstd_decompress_bytes(packed_zst.ptr, packed_zst.len, LARGE), ptr))                         \
    ROW(MEMORY, rt_value_add, KEEPS, rt_value_add(long_value, long_value) == 0)                                      \
    TAKES_MUCH(ROW, MEMORY)                                                                                          \
    ROW(MEMORY, rt_channel_send, KEEPS, fills(send_one))                                                             \
    ROW(MEMORY, rt_channel_try_send, KEEPS, fills(try_one))                                                          \
    ROW(MEMORY, rt_channel_send_timeout, KEEPS, fills(send_soon))                                                    \
    ROW(MEMORY, rt_thread_pool_submit, KEEPS, fills(submit))                                                         \
    ROW(MEMORY, rt_value_array_push, KEEPS, fills(push))                                                             \
    ROW(MEMORY, rt_value_array_insert, KEEPS, fills(insert_last))                                                    \
    ROW(MEMORY, rt_interner_intern_all, KEEPS, GIVES_NOTHING(rt_interner_intern_all(interner, &long_text, 1), items))\
    ROW(MEMORY, rt_parallel_map, KEEPS, GIVES_NOTHING(rt_parallel_map(huge, HUGE, same), items))                     \
    ROW(MEMORY, rt_password_verify, KEEPS, !rt_password_verify(RT_STR("a"), COSTLY_HASH))                            \
    ROW(MEMORY, rt_gc_malloc, KEEPS, rt_gc_malloc(LARGE) == 0)                                                       \
    ROW(MEMORY, rt_gc_malloc_atomic, KEEPS, rt_gc_malloc_atomic(LARGE) == 0)                                         \
    ROW(MEMORY, rt_argon2id, KEEPS,                                                                                  \
        GIVES_NOTHING(rt_argon2id(RT_STR("a"), RT_STR("saltsalt"), NULL, 0, NULL, 0, &costly, 32), ptr))             \
    ROW(MEMORY, rt_password_hash_with, KEEPS, GIVES_NOTHING(rt_password_hash_with(RT_STR("a"), &costly), ptr))       \
    PACKS(ROW, SEALED, RT_STR, ON)                                                                                   \
    COLLECTS(ROW, SEALED, RT_STR, ON)                                                                                \
    UNPACKS(ROW, SEALED, RT_STR, ON)                                                                                 \
    WRITES(ROW, SEALED, ON)                                                                                          \
    MAKES(ROW, SEALED, ON)                                                                                           \
    ROW(SEALED, rt_dir_create_all, KEEPS, !rt_dir_create_all(ON("new/deep")))                                        \
    CHANGES(ROW, SEALED, ON)                                                                                         \
    MOVES(ROW, SEALED, ON, ON("a.txt"))                                                                              \
    ROW(SEALED, rt_file_move, KEEPS, !rt_file_move(ON("a.txt"), ON("new")))                                          \
    FILE_HASHES(ROW, FOLDER, FOLDER("x"))                                                                            \
    READS(ROW, FOLDER, FOLDER("x"))                                                                                  \
    PACKS(ROW, FOLDER, FOLDER, RT_STR)                                                                               \
    PACKS(ROW, FOLDER, RT_STR, FOLDER)                                                                               \
    COLLECTS(ROW, FOLDER, RT_STR, FOLDER)                                                                            \
    UNPACKS(ROW, FOLDER, FOLDER, RT_STR)                                                                             \
    WRITES(ROW, FOLDER, FOLDER)                                                                                      \
    OPENS(ROW, FOLDER, FOLDER("x"))                                                                                  \
    CHANGES(ROW, FOLDER, FOLDER)                                                                                     \
    ROW(FOLDER, rt_file_move, KEEPS, !rt_file_move(RT_STR("a.txt"), FOLDER("x")))                                    \
    ANY_PATH(ROW, NULS, NULS)                                                                                        \
    ASKS(ROW, NULS, NULS("x"), NULS("x"))                                                                            \
    RUNS(ROW, NULS, NULS("x"))                                                                                       \
    SPAWNS(ROW, NULS, NULS("x"))                                                                                     \
    ROW(NULS, rt_dir_create_all, KEEPS, !rt_dir_create_all(NULS("x")))                                               \
    SHELLS(ROW, NULS, NULS("true"))                                                                                  \
    ROW(NULS, rt_env_get, KEEPS, GIVES_NOTHING(rt_env_get(NULS("x")), ptr))                                          \
    ROW(NULS, rt_env_set, KEEPS, !rt_env_set(RT_STR("x"), NULS("x")))                                                \
    ROW(NULS, rt_env_remove, KEEPS, !rt_env_remove(NULS("x")))                                                       \
    ROW(NULS, rt_dns_lookup, KEEPS, GIVES_NOTHING(rt_dns_lookup(NULS("localhost"), 5000), items))                    \
    ROW(NULS, rt_tcp_connect, KEEPS, rt_tcp_connect(NULS("localhost"), 1, 5000) == 0)                                \
    ROW(NULS, rt_tcp_listen, KEEPS, rt_tcp_listen(NULS("localhost"), 0) == 0)                                        \
    ROW(NULS, rt_udp_bind, KEEPS, rt_udp_bind(NULS("localhost"), 0) == 0)                                            \
    ROW(NULS, rt_udp_send_to, KEEPS, !rt_udp_send_to(udp, NULS("localhost"), 1, RT_STR("x"), 5000))                  \
    ROW(NULS, rt_cranelift_new_module, KEEPS, rt_cranelift_new_module(NULS("x"), RT_CRANELIFT_TARGET_HOST) == 0)     \
    ROW(NULS, rt_cranelift_module_new, KEEPS, rt_cranelift_module_new(NULS("x"), RT_CRANELIFT_TARGET_HOST) == 0)     \
    ROW(NULS, rt_cranelift_new_aot_module, KEEPS,                                                                    \
        rt_cranelift_new_aot_module(NULS("x"), RT_CRANELIFT_TARGET_HOST) == 0)                                       \
    ROW(NULS, rt_cranelift_new_aot_module_triple, KEEPS,                                                             \
        rt_cranelift_new_aot_module_triple(NULS("x"), RT_STR("x86_64-unknown-linux-gnu")) == 0)                      \
    ROW(NULS, rt_cranelift_begin_function, KEEPS, rt_cranelift_begin_function(module, NULS("x"), signature) == 0)    \
    ROW(NULS, rt_cranelift_begin_standalone, KEEPS,                                                                  \
        rt_cranelift_begin_standalone(NULS("x"), RT_CRANELIFT_TARGET_HOST, 0) == 0)                                  \
    ROW(NULS, rt_cranelift_source_location, KEEPS, rt_cranelift_source_location(module, NULS("x"), 1, 1) == 0)       \
    ANY_PATH(ROW, ABSENT, ABSENT)                                                                                    \
    RUNS(ROW, ABSENT, ABSENT("x"))                                                                                   \
    SPAWNS(ROW, ABSENT, ABSENT("x"))                                                                                 \
    ANY_PATH(ROW, BELOW, BELOW)                                                                                      \
    ANY_PATH(ROW, LONG, LONG)                                                                                        \
    ASKS(ROW, LONG, LONG("x"), LONG("x"))                                                                            \
    ANY_PATH(ROW, CIRCLE, CIRCLE)                                                                                    \
    ASKS(ROW, CIRCLE, CIRCLE("x"), CIRCLE("*"))                                                                      \
    ROW(HIDDENPROC, rt_system_load_average, KEEPS, !rt_system_load_average(&load))                                   \
    ROW(HIDDENPROC, rt_system_memory, KEEPS, !rt_system_memory(&memory))                                             \
    ROW(HIDDENPROC, rt_system_memory_total_bytes, KEEPS, rt_system_memory_total_bytes() == 0)                        \
    ROW(HIDDENPROC, rt_system_memory_available_bytes, KEEPS, rt_system_memory_available_bytes() == 0)                \
    ROW(HIDDENPROC, rt_system_disks, KEEPS, GIVES_NOTHING(rt_system_disks(), items))                                 \
    ROW(HIDDENPROC, rt_gc_init, KEEPS, (rt_gc_init(), true))                                                         \
    ROW(HIDDENPROC, rt_gc_malloc, KEEPS, rt_gc_malloc(8) == 0)                                                       \
    ROW(HIDDENPROC, rt_gc_malloc_atomic, KEEPS, rt_gc_malloc_atomic(8) == 0)                                         \
    ROW(HIDDENPROC, rt_gc_collect, KEEPS, (rt_gc_collect(), true))                                                   \
    ROW(HIDDENPROC, rt_gc_thread_register, KEEPS, !rt_gc_thread_register())                                          \
    ROW(STRANGER, rt_env_home, KEEPS, GIVES_NOTHING(rt_env_home(), ptr))                                             \
    ROW(STRANGER, rt_system_user_name, KEEPS, GIVES_NOTHING(rt_system_user_name(), ptr))                             \
    ROW(ODD, rt_hostname, KEEPS, GIVES_NOTHING(rt_hostname(), ptr))                                                  \
    ROW(ODD, rt_system_user_name, KEEPS, GIVES_NOTHING(rt_system_user_name(), ptr))                                  \
    SHELLS(ROW, SHELLLESS, RT_STR("true"))                                                                           \
    RUNS(ROW, REAPED, RT_STR("./script"))                                                                            \
    SHELLS(ROW, REAPED, RT_STR("true"))                                                                              \
    ROW(OFFLINE, rt_tcp_connect, KEEPS, rt_tcp_connect(RT_STR("127.0.0.1"), 9, 5000) == 0)                           \
    ROW(OFFLINE, rt_udp_send_to, KEEPS, !rt_udp_send_to(udp, RT_STR("127.0.0.1"), 9, RT_STR("x"), 5000))             \
    ROW(OFFLINE, rt_http_request, KEEPS, !GET(silent_url))                                                           \
    ROW(OFFLINE, rt_http_get, KEEPS, GIVES_NOTHING(rt_http_get(RT_CSTR(silent_url)), ptr))                           \
    ROW(OFFLINE, rt_http_post, KEEPS, GIVES_NOTHING(rt_http_post(RT_CSTR(silent_url), RT_STR("x")), ptr))            \
    ROW(FLOOD, rt_process_run, SLOW, !rt_process_run(RT_STR("yes"), NULL, 0, &ran))                                  \
    ROW(FLOOD, rt_process_run_timeout, SLOW, !rt_process_run_timeout(RT_STR("yes"), NULL, 0, 60000, &ran_timeout))   \
    ROW(FLOOD, rt_process_run_with_limits, SLOW,                                                                     \
        !rt_process_run_with_limits(RT_STR("yes"), NULL, 0, 60000, 256, &ran_limits))                                \
    ROW(FLOOD, rt_execute_native, SLOW, !rt_execute_native(RT_STR("/usr/bin/yes"), NULL, 0, 60000, &ran_native))     \
    ROW(FLOOD, rt_process_output, SLOW, GIVES_NOTHING(rt_process_output(RT_STR("yes"), NULL, 0), ptr))               \
    ROW(FLOOD, rt_shell_output, SLOW, GIVES_NOTHING(rt_shell_output(RT_STR("yes")), ptr))                            \
    ROW(FLOOD, rt_file_read_text, SLOW, GIVES_NOTHING(rt_file_read_text(ENDLESS), ptr))                              \
    ROW(FLOOD, rt_file_read_bytes, SLOW, GIVES_NOTHING(rt_file_read_bytes(ENDLESS), ptr))                            \
    ROW(FLOOD, rt_file_read_lines, SLOW, GIVES_NOTHING(rt_file_read_lines(ENDLESS), items))                          \
    ROW(FLOOD, rt_file_read_range, SLOW, GIVES_NOTHING(rt_file_read_range(ENDLESS, 1, INT64_MAX), ptr))              \
    ROW(FLOOD, rt_cli_read_file, SLOW, GIVES_NOTHING(rt_cli_read_file(ENDLESS), ptr))                                \
    ROW(FLOOD, rt_history_load, SLOW, !rt_history_load(ENDLESS))                                                     \
    ROW(DEVICE, rt_file_mmap_read_text, KEEPS, GIVES_NOTHING(rt_file_mmap_read_text(ENDLESS), ptr))                  \
    ROW(DEVICE, rt_file_mmap_read_bytes, KEEPS, GIVES_NOTHING(rt_file_mmap_read_bytes(ENDLESS), items))              \
    ROW(DEVICE, rt_file_mmap_bytes, KEEPS, GIVES_NOTHING(rt_file_mmap_bytes(ENDLESS), ptr))                          \
    ROW(DEVICE, rt_file_atomic_write, KEEPS, !rt_file_atomic_write(PIPE(""), BYTES))                                 \
    ROW(DEVICE, rt_file_atomic_write_bytes, KEEPS, !rt_file_atomic_write_bytes(PIPE(""), BYTES))                     \
    ROW(DEVICE, rt_file_truncate, KEEPS, !rt_file_truncate(PIPE(""), 0))                                             \
    ROW(DEVICE, rt_file_copy, KEEPS, !rt_file_copy(PIPE(""), RT_STR("new")))                                         \
    COLLECTS(ROW, DEVICE, PIPES, RT_STR)                                                                             \
    PACKS(ROW, DEVICE, RT_STR, PIPE)                                                                                 \
    COLLECTS(ROW, DEVICE, RT_STR, PIPE)                                                                              \
    ROW(DEAF, rt_gc_collect, SLOW, (rt_gc_collect(), true))                                                          \
    ROW(DEAF, rt_gc_malloc, SLOW, rt_gc_malloc(LARGE) == 0)                                                          \
    ROW(DEAF, rt_gc_malloc_atomic, SLOW, rt_gc_malloc_atomic(LARGE) == 0)                                            \
    ROW(FAR, rt_file_modified_micros, KEEPS, rt_file_modified_micros(ON("a.txt")) == -1)                             \
    ROW(FAR, rt_file_get_info, KEEPS, !rt_file_get_info(ON("a.txt"), &info))                                         \
    ROW(FAR, rt_link_get_info, KEEPS, !rt_link_get_info(ON("a.txt"), &info))                                         \
    ROW(REFILLED, rt_dir_remove, KEEPS, !rt_dir_remove(RT_STR("small"), true))                                       \
    ROW(REFILLED, rt_dir_remove_all, KEEPS, !rt_dir_remove_all(RT_STR("small")))                                     \
    ANY_PATH(ROW, BROKEN, HERE)                                                                                      \
    ASKS(ROW, BROKEN, RT_STR("x"), RT_STR("noise/*"))                                                                \
    ROW(BROKEN, rt_system_user_name, KEEPS, GIVES_NOTHING(rt_system_user_name(), ptr))                               \
    ROW(RANDOMLESS, rt_random_bytes, KEEPS, GIVES_NOTHING(rt_random_bytes(8), ptr))                                  \
    ROW(RANDOMLESS, rt_random_hex, KEEPS, GIVES_NOTHING(rt_random_hex(8), ptr))                                      \
    ROW(RANDOMLESS, rt_random_u64, KEEPS, rt_random_u64() == 0)                                                      \
    ROW(RANDOMLESS, rt_random_range, KEEPS, rt_random_range(1, 9) == 0)                                              \
    ROW(RANDOMLESS, rt_password_hash, KEEPS, GIVES_NOTHING(rt_password_hash(RT_STR("a")), ptr))                      \
    ROW(RANDOMLESS, rt_password_hash_with, KEEPS, GIVES_NOTHING(rt_password_hash_with(RT_STR("a"), &cheap), ptr))    \
    RUNS(ROW, CROWDED, RT_STR("./script"))                                                                           \
    SPAWNS(ROW, CROWDED, RT_STR("./script"))                                                                         \
    SHELLS(ROW, CROWDED, RT_STR("true"))                                                                             \
    ROW(THREADLESS, rt_thread_spawn, KEEPS, rt_thread_spawn(same, 1) == 0)                                           \
    ROW(THREADLESS, rt_thread_pool_new, KEEPS, rt_thread_pool_new(2) == 0)                                           \
    ROW(BLIND, rt_watch_new, KEEPS, rt_watch_new(RT_STR("noise"), false) == 0)                                       \
    ROW(BLIND, rt_cli_watch_file, KEEPS, rt_cli_watch_file(RT_STR("noise")) == 0)                                    \
    ROW(BLIND, rt_watch_next, KEEPS, watches_in_vain(-1))                                                            \
    ROW(BLIND, rt_watch_next_timeout, KEEPS, watches_in_vain(5000))                                                  \
    ROW(LOCKLESS, rt_file_lock, KEEPS, rt_file_lock(RT_STR("a.txt"), 0) == 0)                                        \
    ROW(LOCKLESS, rt_file_lock_shared, KEEPS, rt_file_lock_shared(RT_STR("a.txt"), 0) == 0)                          \
    ROW(FOREIGN, rt_process_kill, KEEPS, !rt_process_kill(child))                                                    \
    ROW(FOREIGN, rt_process_signal, KEEPS, !rt_process_signal(child, SIGTERM))                                       \
    ROW(UNKILLABLE, rt_process_run_bytes, SLOW, runs_in_vain())                                                      \
    ROW(PORTLESS, rt_tcp_connect, KEEPS, rt_tcp_connect(RT_STR("127.0.0.1"), 9, 5000) == 0)

typedef struct {
    situation place;
    const char *function;
    int flags;
} row;

#define TABLE(place, function, flags, ...) { place, #function, flags },

static const row rows[] = { ROWS(TABLE) };

/* Makes the call of one row; true if it gives the failure value. */
static bool call(size_t wanted) {
    size_t at = 0;
#define CALL(place, function, flags, ...)                                                                            \
    if (at++ == wanted) return (__VA_ARGS__);
    ROWS(CALL)
    return false;
}

#include "main.h"
