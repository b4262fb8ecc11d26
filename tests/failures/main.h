/* The end of the program: prepares each row's process, makes its call and judges what is there afterwards. */

/* What the process of a row reports. */
typedef struct {
    bool is_ready, is_limit, has_failed, is_named, keeps_all;
    int32_t code;
    int descriptors;
    int64_t results, handles;
    bool leaves_children, keeps_begin;
    char message[400];
} report;

/* The files that every row finds. */
static void make_template(void) {
    mkdir("small", 0700), mkdir("noise", 0700), mkdir("closed", 0700), mkdir("closed/dir", 0700), mkdir("hidden", 0700);
    put("a.txt", "kept", 4), put("data", "no program", 10), put("noise/n", big, BIG);
    put("closed/a.txt", "kept", 4), put("closed/dir/b", "kept", 4), put("hidden/a.txt", "kept", 4);
    put("script", "#!/bin/sh\nexit 0\n", 17), chmod("script", 0700);
    assert(symlink("loop", "loop") == 0 && mkdir("pipes", 0700) == 0 && mkfifo("pipes/pipe", 0600) == 0);
    static const char resists[] = "#!/bin/sh\ntrap '' TERM INT HUP QUIT\nwhile :; do sleep 1; done\n";
    put("stubborn", resists, sizeof resists - 1), chmod("stubborn", 0700);
    assert(rt_gzip_compress(RT_STR("noise/n"), RT_STR("n.gz")) && rt_xz_compress(RT_STR("noise/n"), RT_STR("n.xz")));
    assert(rt_zstd_compress(RT_STR("noise/n"), RT_STR("n.zst")) && rt_tar_create(RT_STR("n.tar"), RT_STR("noise")));
    assert(rt_zip_create(RT_STR("n.zip"), RT_STR("noise")));
    chmod("closed/a.txt", 0444), chmod("closed", 0555), chmod("hidden/a.txt", 0), chmod("hidden", 0);
}

/* What those rows find besides that are short of memory: it takes a while to make. */
static void make_large_files(void) {
    mkdir("zeros", 0700);
    put("zeros/zeros", "", 0);
    assert(truncate("zeros/zeros", ROOM + (8 << 20)) == 0 &&
           rt_gzip_compress(RT_STR("zeros/zeros"), RT_STR("zeros.gz")) &&
           rt_xz_compress(RT_STR("zeros/zeros"), RT_STR("zeros.xz")) &&
           rt_zstd_compress(RT_STR("zeros/zeros"), RT_STR("zeros.zst")) &&
           rt_zip_create(RT_STR("zeros.zip"), RT_STR("zeros")));
    assert(rt_dir_remove_all(RT_STR("zeros")));
    put("large", "", 0);
    assert(truncate("large", LARGE) == 0);
}

/* What calls use that take much memory. */
static void fill_large(void) {
    memset(letters, 'a', sizeof letters), memset(slashes, '\\', sizeof slashes), memset(steps, 'a', sizeof steps);
    for (size_t at = 1; at < sizeof steps; at += 2) steps[at] = '/';
    memset(json_items, '0', sizeof json_items), memset(toml_items, '0', sizeof toml_items);
    memset(yaml_items, '0', sizeof yaml_items), memset(cbor_items, 0, sizeof cbor_items);
    size_t end = sizeof json_items - 1;
    for (size_t at = 2; at < end; at += 2) json_items[at] = toml_items[at + 1] = yaml_items[at] = ',';
    json_items[0] = yaml_items[0] = '[', json_items[end] = toml_items[end] = yaml_items[end] = ']';
    memcpy(toml_items, "a=[", 3);
    /* An array of so many zeros as follow. */
    size_t count = sizeof cbor_items - 5;
    cbor_items[0] = 0x9a;
    for (int byte = 0; byte < 4; byte++) cbor_items[1 + byte] = (uint8_t)(count >> (24 - 8 * byte));
}

/* What functions keep, and what copies of it are to be made. */
static void make_long_things(const char *function) {
    pattern_all = rt_pattern_new(RT_STR("(a+)(b?)")), pattern_one = rt_pattern_new(RT_STR("a"));
    text_strings = rt_text_channel_new(0), byte_strings = rt_bytes_channel_new(0);
    interner = rt_interner_new(), numbers = rt_channel_new(0);
    if (strcmp(function, "rt_thread_pool_submit") == 0) pool = rt_thread_pool_new(1);
    if (strncmp(function, "rt_interner_text", 16) == 0) rt_interner_intern(interner, LETTERS(56));
    if (strncmp(function, "rt_history_", 11) == 0 && strcmp(function, "rt_history_add") != 0) {
        rt_history_add(LETTERS(56));
    }
    /* Functions that read the environment, or hand it on. */
    if (strncmp(function, "rt_env_", 7) == 0 || strncmp(function, "rt_temp_", 8) == 0 ||
        strcmp(function, "rt_process_run_bytes") == 0) {
        assert(rt_env_set(RT_STR("HOME"), LETTERS(56)) && rt_env_set(RT_STR("TMPDIR"), LETTERS(56)));
    }
    if (strncmp(function, "rt_value_", 9) != 0) return;
    longest = rt_value_string(LETTERS(56)), named = rt_value_object_new(LETTERS(56));
    named_function = rt_value_function_new(LETTERS(56), called, 0);
    keyed = rt_value_dict_new(), many = rt_value_array_new(), more = rt_value_array_new();
    assert(rt_value_dict_set(keyed, LETTERS(56), 0));
    walk = rt_value_iter_new(keyed);
    assert(rt_value_iter_next(walk));
    for (int count = 0; count < MANY; count++) rt_value_array_push(many, 0), rt_value_array_push(more, 0);
}

/* What calls use that are to fail later on. */
static void make_things(situation place, const char *function) {
    hasher = rt_hasher_new(RT_HASH_ALGORITHM_SHA256);
    rt_history_add(BYTES);
    if (strcmp(function, "rt_udp_send_to") == 0) udp = rt_udp_bind(RT_STR("127.0.0.1"), 0);
    if (place == NULS && strncmp(function, "rt_cranelift_", 13) == 0) {
        module = a_module(), signature = rt_cranelift_new_signature(RT_CRANELIFT_CALL_CONV_SYSTEM_V);
    }
    if (place == FOREIGN) child = rt_process_spawn(RT_STR("sleep"), short_while, 1);
    if (place == BLIND) watch = rt_watch_new(RT_STR("noise"), true);
    if (place != FILES && place != HANGS && place != MEMORY) return;
    listener = rt_tcp_listen(RT_STR("127.0.0.1"), 0);
    rt_tcp_listener_address_result address;
    assert(rt_tcp_listener_address(listener, &address));
    near = rt_tcp_connect(RT_STR("127.0.0.1"), address.port, 5000);
    rt_tcp_listener_address_result_free(&address);
    far = rt_tcp_accept(listener, 5000);
    udp = rt_udp_bind(RT_STR("127.0.0.1"), 0);
    assert(near && far && udp);
    if (place == HANGS) assert(rt_file_lock(RT_STR("a.txt"), 0) != 0);
    if (place == MEMORY) {
        make_long_things(function);
        packed_gz = rt_file_read_bytes(RT_STR("zeros.gz"));
        packed_xz = rt_file_read_bytes(RT_STR("zeros.xz"));
        packed_zst = rt_file_read_bytes(RT_STR("zeros.zst"));
        long_value = rt_value_string((const uint8_t *)huge, 30 << 20);
    }
    /* Somebody who listens and takes no more connections. */
    struct sockaddr_in full;
    listen_somewhere(0, &full);
    backlog_port = ntohs(full.sin_port);
    for (int count = 0; count < 3; count++) {
        int waiting = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(waiting, (struct sockaddr *)&full, sizeof full);
    }
}

/* What is closed for one function alone, before permission bits bind this process. */
static bool close_for(const char *function) {
    if (strncmp(function, "rt_tcp_", 7) == 0 || strncmp(function, "rt_udp_", 7) == 0) return enter_own(CLONE_NEWNET);
    if (strcmp(function, "rt_system_user_name") == 0) {
        return enter_own(CLONE_NEWNS) && mount("hidden/a.txt", "/etc/passwd", NULL, MS_BIND, NULL) == 0;
    }
    if (strcmp(function, "rt_env_cwd") != 0) return true;
    /* The system names a place that lies deep only if all directories above can be read. */
    char name[201];
    memset(name, 'd', 200), name[200] = 0;
    if (!mount_small("size=1m") || chdir("small") != 0) return false;
    for (int depth = 0; depth < 22; depth++) {
        if (mkdir(name, 0700) != 0 || chdir(name) != 0) return false;
    }
    return chmod("..", 0111) == 0;
}

/* In 30 thousand million years. */
static const struct timespec far_future[2] = { { INT64_C(1) << 60, 0 }, { INT64_C(1) << 60, 0 } };

static sem_t is_deaf;

/* A thread of the collector's that does not hear when it is told to stop. */
static void *hear_nothing(void *unused) {
    sigset_t all;
    sigfillset(&all);
    if (!rt_gc_thread_register()) abort();
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    sem_post(&is_deaf);
    for (;;) pause();
    return unused;
}

static bool start_deaf_thread(void) {
    pthread_t thread;
    return sem_init(&is_deaf, 0, 0) == 0 && pthread_create(&thread, NULL, hear_nothing, NULL) == 0 &&
           sem_wait(&is_deaf) == 0;
}

static bool take_away(const row *one, report *its) {
    situation place = one->place;
    switch (place) {
    case FULL:
    case NODES:
        if (mount_small(place == FULL ? "size=128k" : "size=1m,nr_inodes=2")) {
            put("small/a.txt", "kept", 4);
        } else if (place == FULL) {
            struct rlimit limit = { SMALL, SMALL };
            its->is_limit = true;
            put("small/a.txt", "kept", 4);
            if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
        } else {
            return false;
        }
        return dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO) == STDOUT_FILENO;
    case SEALED:
        if (!mount_small("size=1m")) return false;
        put("small/a.txt", "kept", 4), mkdir("small/dir", 0700), put("small/dir/b", "kept", 4);
        return mount(NULL, "small", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0;
    case CLOSED: return close_for(one->function) && drop_privileges();
    case FILES: unsetenv("HOME"); return leave_no_descriptor();
    case MEMORY: return leave_little_memory();
    case HIDDENPROC: return mount_at("/proc", NULL);
    case SHELLLESS: return mount_at("/bin", NULL);
    case STRANGER: unsetenv("HOME"); return enter_own(CLONE_NEWNS) && have_accounts("ada:x:12345:12345::/home/ada:\n");
    case ODD:
        return enter_own(CLONE_NEWNS | CLONE_NEWUTS) && sethostname("\xff", 1) == 0 &&
               have_accounts("\xff:x:0:0::/:\n");
    case FAR:
        /* No other file system keeps a time so far away. */
        return mount_small("size=1m") && (put("small/a.txt", "kept", 4), true) &&
               utimensat(AT_FDCWD, "small/a.txt", far_future, 0) == 0;
    case DEAF: return start_deaf_thread() && leave_little_memory();
    case REAPED: return signal(SIGCHLD, SIG_IGN) != SIG_ERR;
    case OFFLINE:
        if (!enter_own(CLONE_NEWNET)) return false;
        udp = rt_udp_bind(RT_STR("0.0.0.0"), 0);
        return udp != 0;
    default: return !kinds[place].calls || refuse(kinds[place].calls, kinds[place].answer);
    }
}

/* Whether there are children, a second after the call at the latest. */
static bool has_children(void) {
    for (int count = 0; count < 100; count++) {
        pid_t ended = waitpid(-1, NULL, WNOHANG);
        if (ended < 0 && errno == ECHILD) return false;
        if (ended == 0) usleep(10000);
    }
    return true;
}

/* Whether the file that is added to still begins with what was there. */
static bool begins_as_before(void) {
    char begin[4] = "";
    FILE *file = fopen("small/a.txt", "r");
    bool is_whole = file && fread(begin, 1, 4, file) == 4 && memcmp(begin, "kept", 4) == 0;
    if (file) fclose(file);
    return is_whole;
}

/* Mistakes that planted_test.sh looks for. */
static void plant(void) {
    const char *what = getenv("FAILURES_PLANT");
    if (!what) return;
    if (strcmp(what, "descriptor") == 0 && dup(0) < 0) abort();
    if (strcmp(what, "file") == 0) put("stray", "x", 1);
    if (strcmp(what, "result") == 0 && !rt_error_name(0).ptr) abort();
    if (strcmp(what, "child") == 0 && fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
    }
    if (strcmp(what, "error") == 0) rt_last_error_clear();
}

static void in_child(size_t index, const char *directory, report *its) {
    const row *one = &rows[index];
    if (chdir(directory) != 0) _exit(2);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    alarm(60);
    make_things(one->place, one->function);
    if (!take_away(one, its)) _exit(0);
    its->is_ready = true;
    bool is_mounted = one->place == FULL || one->place == NODES || one->place == SEALED;
    uint64_t tree = is_mounted ? hash_tree("small") : 0;
    int descriptors = count_descriptors();
    int64_t results = (int64_t)rt_live_blocks(), handles = count_handles();
    its->has_failed = call(index);
    plant();
    if (noted_code == -1) note_error();
    its->code = noted_code;
    memcpy(its->message, noted_message, sizeof noted_message);
    its->results = (int64_t)rt_live_blocks() - results;
    its->handles = count_handles() - handles;
    its->descriptors = count_descriptors() - descriptors;
    its->keeps_all = tree == 0 || tree == hash_tree("small");
    its->leaves_children = has_children();
    if (one->place == FULL && one->flags & ADDS && !begins_as_before()) its->keeps_begin = false;
    _exit(0);
}

/* The directory of the rows. One row uses what another has left as it was: to copy it takes longer than most calls. */
static char row_directory[4200];
static uint64_t row_tree;
static bool is_fresh;

static bool refresh(const char *root) {
    char command[9000];
    if (is_fresh) return true;
    snprintf(row_directory, sizeof row_directory, "%s/row", root);
    if (access(row_directory, F_OK) == 0) (void)scratch_remove(row_directory);
    snprintf(command, sizeof command, "cp -a '%s/template' '%s'", root, row_directory);
    if (system(command) != 0) return false;
    row_tree = hash_tree(row_directory);
    return true;
}

/* How many rows are made and to be made. */
static unsigned made, wanted_rows;

/* Runs one row and prints it; false if it is not as it should be. */
static bool judge(size_t index, const char *root, report *its, unsigned *left_out) {
    const row *one = &rows[index];
    if (!refresh(root)) return false;
    fflush(stdout);
    *its = (report){ .code = -1, .keeps_begin = true };
    pid_t child = fork();
    if (child == 0) in_child(index, row_directory, its);
    int status = 0;
    if (child < 0 || progress_wait(child, &status, made, wanted_rows, "rows") != child) return false;
    is_fresh = row_tree == hash_tree(row_directory);
    bool keeps_all = its->keeps_all && is_fresh;
    if (its->is_limit) keeps_all = keeps_all || one->flags & CUTS;
    printf("%-16s %-28s ", kinds[one->place].name, one->function);
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0) {
        printf("WRONG: ended with status %d\n", status);
        return false;
    }
    if (!its->is_ready) {
        puts("left out: this machine does not let a test do that");
        ++*left_out;
        return true;
    }
    int32_t wanted = its->is_limit && its->code == RT_ERROR_FILE_TOO_LARGE ? its->code : kinds[one->place].code;
    size_t length = strlen(one->function);
    bool is_named = strncmp(its->message, one->function, length) == 0 && its->message[length] == ':';
    bool may_cut = (one->flags & CUTS && one->place == FULL && its->keeps_begin) || one->flags & PARTS;
    if (one->flags & GIVES) wanted = RT_ERROR_OK, is_named = true;
    bool is_clean = its->results == 0 && its->handles == 0 && its->descriptors == 0 && !its->leaves_children;
    bool is_fine = its->has_failed && its->code == wanted && is_named && is_clean && (keeps_all || may_cut);
    const char *remains = keeps_all ? "all as before" : may_cut ? "in part, as documented" : "FILES DIFFER";
    printf("%-9s error %-3d %-28s %s\n", is_fine ? "fine" : "WRONG:", (int)its->code,
           remains, is_fine ? "" : its->message);
    if (!is_clean) {
        printf("    left: %d descriptors, %" PRId64 " results, %" PRId64 " handles%s\n", its->descriptors,
               its->results, its->handles, its->leaves_children ? ", children" : "");
    }
    return is_fine;
}

/* Whether a row is to be made, by the arguments of the program. */
static bool is_wanted(const row *one, const char *argument) {
    if (!argument) return !(one->flags & SLOW);
    return strcmp(argument, "all") == 0 || strcmp(argument, one->function) == 0;
}

/* failures [all | FUNCTION] */
int main(int argc, char **argv) {
    (void)argc;
    char root[4096], template[4200];
    scratch_enter("failures", root, sizeof root);
    report *its = mmap(NULL, sizeof *its, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (its == MAP_FAILED) return 2;
    snprintf(template, sizeof template, "%s/template", root);
    fill_big(), fill_large();
    int status = 0;
    bool needs_large = false;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        if (!is_wanted(&rows[index], argv[1])) continue;
        wanted_rows++;
        needs_large |= rows[index].place == MEMORY;
    }
    if (mkdir(template, 0700) != 0) return 2;
    pid_t maker = fork();
    if (maker == 0) {
        if (chdir(template) != 0) _exit(2);
        make_template();
        if (needs_large) make_large_files();
        _exit(0);
    }
    if (progress_wait(maker, &status, 0, wanted_rows, "rows") != maker || status != 0) return 2;
    serve(SILENT, silent_url), serve(HALF, half_url), serve(DRIPS, drips_url);
    unsigned wrong = 0, left_out = 0;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        if (!is_wanted(&rows[index], argv[1])) continue;
        if (!judge(index, root, its, &left_out)) wrong++;
        made++;
    }
    scratch_leave(root);
    printf("%u rows: %u fine, %u wrong, %u left out\n", made, made - wrong - left_out, wrong, left_out);
    return made == 0 || wrong > 0 ? 1 : 0;
}
