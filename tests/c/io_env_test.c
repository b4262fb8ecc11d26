/* What the io module's functions about the environment, the current directory and the arguments do. */
#define _GNU_SOURCE
#include "io_check.h"

#include <pthread.h>
#include <pwd.h>
#include <sys/resource.h>

/* Set by main: what the process was started with. */
static int main_argc;
static char **main_argv;

static void case_env_get(void) {
    CHECK(rt_env_set(RT_STR("RT_TEST"), RT_STR("gr\xc3\xbc\xc3\x9f = dich")));
    CHECK_TEXT(rt_env_get(RT_STR("RT_TEST")), "gr\xc3\xbc\xc3\x9f = dich");
    CHECK(strcmp(getenv("RT_TEST"), "gr\xc3\xbc\xc3\x9f = dich") == 0);
    CHECK(rt_env_set(RT_STR("RT_TEST"), RT_STR("")));
    CHECK_TEXT(rt_env_get(RT_STR("RT_TEST")), "");
    CHECK(rt_env_remove(RT_STR("RT_TEST")));
    CHECK_TEXT_FAILS(rt_env_get(RT_STR("RT_TEST")), OK);
    CHECK(getenv("RT_TEST") == NULL);
    CHECK(rt_env_remove(RT_STR("RT_TEST")));
}

static void case_env_bad_keys(void) {
    CHECK_FAILS(rt_env_set(RT_STR(""), RT_STR("x")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_env_set(RT_STR("A=B"), RT_STR("x")), false, INVALID_ARGUMENT);
    CHECK_MESSAGE("`A=B`");
    CHECK_FAILS(rt_env_set(RT_STR("A\0B"), RT_STR("x")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_env_set(RT_STR("A"), RT_STR("x\0y")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_env_set(RT_STR("A"), RT_STR("\xff")), false, INVALID_UTF8);
    CHECK_TEXT_FAILS(rt_env_get(RT_STR("A")), OK);
    CHECK_TEXT_FAILS(rt_env_get(RT_STR("")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_env_get(RT_STR("A=")), INVALID_ARGUMENT);
    CHECK_TEXT_FAILS(rt_env_get(RT_STR("A\0")), INVALID_ARGUMENT);
    CHECK_FAILS(rt_env_remove(RT_STR("")), false, INVALID_ARGUMENT);
    CHECK_FAILS(rt_env_remove(RT_STR("=")), false, INVALID_ARGUMENT);
}

static void case_env_values_that_are_not_utf8(void) {
    CHECK(setenv("RT_FOREIGN", "bad\377value", 1) == 0);
    CHECK_TEXT_FAILS(rt_env_get(RT_STR("RT_FOREIGN")), INVALID_UTF8);
    CHECK_MESSAGE("RT_FOREIGN is not UTF-8: `bad\xef\xbf\xbdvalue`");
    CHECK(rt_env_vars().items == NULL);
    CHECK_ERROR(INVALID_UTF8);
    CHECK_MESSAGE("RT_FOREIGN");
    /* What is long is shown in part. */
    static char foreign[100000];
    memset(foreign, '\377', sizeof foreign - 1);
    CHECK(setenv("RT_FOREIGN", foreign, 1) == 0);
    CHECK_TEXT_FAILS(rt_env_get(RT_STR("RT_FOREIGN")), INVALID_UTF8);
    rt_text message = rt_last_error_message();
    CHECK(message.len > 600 && message.len < 1000);
    CHECK(rt_text_free(message));
    CHECK(unsetenv("RT_FOREIGN") == 0);
}

static void case_env_vars(void) {
    CHECK(rt_env_set(RT_STR("RT_B"), RT_STR("two")));
    CHECK(rt_env_set(RT_STR("RT_A"), RT_STR("")));
    rt_list_env_var vars = rt_env_vars();
    uint64_t count = 0;
    for (char **entry = environ; *entry != NULL; entry++) count += strchr(*entry + 1, '=') != NULL;
    CHECK_U64(vars.len, count);
    bool found_a = false;
    bool found_b = false;
    for (uint64_t i = 0; i < vars.len; i++) {
        const char *key = (const char *)vars.items[i].key.ptr;
        const char *value = (const char *)vars.items[i].value.ptr;
        if (i > 0) CHECK(strcmp((const char *)vars.items[i - 1].key.ptr, key) <= 0);
        if (strcmp(key, "RT_A") == 0) found_a = vars.items[i].value.len == 0;
        if (strcmp(key, "RT_B") == 0) found_b = strcmp(value, "two") == 0;
    }
    CHECK(found_a && found_b);
    CHECK(rt_list_env_var_free(vars));
    CHECK(rt_env_remove(RT_STR("RT_A")));
    CHECK(rt_env_remove(RT_STR("RT_B")));
}

/* Sets, reads and removes a variable of its own, many times; gives the number of surprises. */
static void *use_env(void *name) {
    intptr_t surprises = 0;
    for (int i = 0; i < 500; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%d", i);
        surprises += !rt_env_set(RT_CSTR((const char *)name), RT_CSTR(expected));
        rt_text value = rt_env_get(RT_CSTR((const char *)name));
        surprises += value.ptr == NULL || strcmp((const char *)value.ptr, expected) != 0;
        rt_text_free(value);
        rt_list_env_var vars = rt_env_vars();
        surprises += vars.items == NULL;
        rt_list_env_var_free(vars);
        surprises += !rt_env_remove(RT_CSTR((const char *)name));
    }
    return (void *)surprises;
}

static void case_env_from_many_threads(void) {
    pthread_t threads[4];
    static char names[4][8];
    for (int i = 0; i < 4; i++) {
        snprintf(names[i], sizeof names[i], "RT_%d", i);
        CHECK(pthread_create(&threads[i], NULL, use_env, names[i]) == 0);
    }
    for (int i = 0; i < 4; i++) {
        void *surprises = NULL;
        CHECK(pthread_join(threads[i], &surprises) == 0 && surprises == NULL);
    }
}

static void case_env_home(void) {
    char *home = getenv("HOME") == NULL ? NULL : strdup(getenv("HOME"));
    CHECK(rt_env_set(RT_STR("HOME"), RT_STR("/home/ada")));
    CHECK_TEXT(rt_env_home(), "/home/ada");
    struct passwd *account = getpwuid(getuid());
    CHECK(rt_env_remove(RT_STR("HOME")));
    for (int i = 0; i < 2; i++) {
        if (account != NULL) {
            CHECK_TEXT(rt_env_home(), account->pw_dir);
        } else {
            CHECK_TEXT_FAILS(rt_env_home(), NOT_FOUND);
        }
        /* An empty variable counts as none. */
        CHECK(rt_env_set(RT_STR("HOME"), RT_STR("")));
    }
    /* A database that cannot be read is not one that does not know the user. */
    struct rlimit files;
    CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0);
    struct rlimit none = {0, files.rlim_max};
    CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
    CHECK_TEXT_FAILS(rt_env_home(), TOO_MANY_FILES);
    CHECK(setrlimit(RLIMIT_NOFILE, &files) == 0);
    CHECK(setenv("HOME", "/bad\377", 1) == 0);
    CHECK_TEXT_FAILS(rt_env_home(), INVALID_UTF8);
    CHECK(unsetenv("HOME") == 0);
    if (home != NULL) CHECK(setenv("HOME", home, 1) == 0);
    free(home);
}

static void case_cwd(void) {
    char *before = getcwd(NULL, 0);
    CHECK_TEXT(rt_env_cwd(), before);
    make_dir("sub");
    put("file", "");
    CHECK(rt_env_set_cwd(RT_STR("sub")));
    char *after = getcwd(NULL, 0);
    CHECK_TEXT(rt_env_cwd(), after);
    CHECK(strcmp(after + strlen(before), "/sub") == 0);
    CHECK(rt_env_set_cwd(RT_CSTR(before)));
    CHECK_FAILS(rt_env_set_cwd(RT_STR("missing")), false, NOT_FOUND);
    CHECK_FAILS(rt_env_set_cwd(RT_STR("file")), false, NOT_A_DIRECTORY);
    CHECK_FAILS(rt_env_set_cwd(RT_STR("")), false, NOT_FOUND);
    CHECK_FAILS(rt_env_set_cwd(RT_STR("a\0b")), false, INVALID_ARGUMENT);
    CHECK_TEXT(rt_env_cwd(), before);
    CHECK(mkdir("bad\377", 0755) == 0 && chdir("bad\377") == 0);
    CHECK_TEXT_FAILS(rt_env_cwd(), INVALID_UTF8);
    CHECK_TEXT_FAILS(rt_path_absolute(RT_STR("a")), INVALID_UTF8);
    CHECK(chdir("..") == 0);
    free(before);
    free(after);
}

static void case_args(void) {
    rt_list_text args = rt_args_get();
    CHECK_U64(args.len, main_argc);
    for (uint64_t i = 0; i < args.len; i++) CHECK(strcmp((const char *)args.items[i].ptr, main_argv[i]) == 0);
    CHECK(rt_list_text_free(args));
}

/* This program again, with an argument that is not UTF-8; see main. */
static void case_args_that_are_not_utf8(void) {
    pid_t child = fork();
    if (child == 0) {
        char *args[] = {main_argv[0], (char *)"bad\377", NULL};
        execv("/proc/self/exe", args);
        _exit(1);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static const check_case cases[] = {
    CASE(env_get),
    CASE(env_bad_keys),
    CASE(env_values_that_are_not_utf8),
    CASE(env_vars),
    CASE(env_from_many_threads),
    CASE(env_home),
    CASE(cwd),
    CASE(args),
    CASE(args_that_are_not_utf8),
};

int main(int argc, char **argv) {
    main_argc = argc;
    main_argv = argv;
    if (argc == 2 && strcmp(argv[1], "bad\377") == 0) {
        CHECK_LIST_FAILS(rt_args_get(), INVALID_UTF8);
        CHECK_MESSAGE("argument 1 is not UTF-8: `bad\xef\xbf\xbd`");
        return check_failures;
    }
    return check_main(cases, sizeof cases / sizeof cases[0], argc, argv);
}
