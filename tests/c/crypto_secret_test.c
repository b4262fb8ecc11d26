/* Passwords, random numbers, the comparison of secrets, hexadecimal digits, and hashers that are misused. */
#define _GNU_SOURCE
#include "rt_crypto.h"

#include "crypto_check.h"

#include <pthread.h>

static const rt_password_cost cheap = {.memory_kib = 64, .passes = 1, .lanes = 2};

static void case_a_password_hash_is_salted_and_verified(void) {
    rt_text one = rt_password_hash(RT_STR("correct horse"));
    rt_text two = rt_password_hash(RT_STR("correct horse"));
    CHECK(strncmp((const char *)one.ptr, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
    CHECK(strcmp((const char *)one.ptr, (const char *)two.ptr) != 0);
    CHECK(rt_password_verify(RT_STR("correct horse"), one.ptr, one.len));
    CHECK(rt_password_verify(RT_STR("correct horse"), two.ptr, two.len));
    CHECK(!rt_password_verify(RT_STR("correct horsf"), one.ptr, one.len));
    CHECK(!rt_password_verify(RT_STR(""), one.ptr, one.len));
    CHECK_ERROR(OK);
    rt_text_free(one);
    rt_text_free(two);
    rt_text empty = rt_password_hash_with(NULL, 0, &cheap);
    CHECK(rt_password_verify(RT_STR(""), empty.ptr, empty.len));
    CHECK(!rt_password_verify(RT_STR("\0"), empty.ptr, empty.len));
    rt_text_free(empty);
}

static void case_a_hash_made_at_another_cost_is_to_be_made_again(void) {
    rt_password_cost more = {.memory_kib = 64, .passes = 2, .lanes = 2};
    rt_text hash = rt_password_hash_with(RT_STR("secret"), &cheap);
    CHECK(!rt_password_needs_rehash(hash.ptr, hash.len, &cheap));
    CHECK(rt_password_needs_rehash(hash.ptr, hash.len, &more));
    CHECK(rt_password_verify(RT_STR("secret"), hash.ptr, hash.len));
    CHECK_ERROR(OK);
    rt_text_free(hash);
    const char *old = "$argon2d$v=16$m=64,t=1,p=2$AAAAAAAAAAA$KnH4gniiaFnDvlA1xev3yovC4cnrrI6tnHOYtmja90o";
    CHECK(rt_password_needs_rehash(RT_CSTR(old), &cheap));
    CHECK_ERROR(OK);
    CHECK(!rt_password_needs_rehash(RT_STR("nothing"), &cheap));
    CHECK_ERROR(PARSE);
    const char *other = "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E";
    CHECK_FAILS(rt_password_needs_rehash(RT_CSTR(other), &cheap), false, UNSUPPORTED);
}

static void case_a_cost_outside_its_bounds_is_refused(void) {
    static const rt_password_cost bad[] = {
        {0, 1, 1}, {7, 1, 1}, {15, 1, 2}, {-1, 1, 1}, {1048577, 1, 1}, {INT64_MAX, 1, 1}, {64, 0, 1}, {64, -1, 1},
        {64, 65537, 1}, {1048576, 5, 1}, {64, INT64_MAX, 1}, {64, 1, 0}, {1024, 1, 65}, {64, 1, INT64_MIN},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_NO_TEXT(rt_password_hash_with(RT_STR("secret"), &bad[i]));
        CHECK_ERROR(OUT_OF_RANGE);
        CHECK_NO_BYTES(rt_argon2id(RT_STR("secret"), RT_STR("saltsalt"), NULL, 0, NULL, 0, &bad[i], 32));
        CHECK_ERROR(OUT_OF_RANGE);
    }
    CHECK_MESSAGE("lanes");
    CHECK_NO_BYTES(rt_argon2id(RT_STR("secret"), RT_STR("salt"), NULL, 0, NULL, 0, &cheap, 32));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_BYTES(rt_argon2id(RT_STR("secret"), RT_STR("saltsalt"), NULL, 0, NULL, 0, &cheap, 3));
    CHECK_ERROR(OUT_OF_RANGE);
    uint8_t long_data[33] = {0};
    CHECK_NO_BYTES(rt_argon2id(RT_STR("secret"), RT_STR("saltsalt"), NULL, 0, long_data, 33, &cheap, 32));
    CHECK_ERROR(OUT_OF_RANGE);
}

/* What a database under an opponent's hand could hold. */
static const struct {
    const char *hash;
    int32_t code;
} forged[] = {
    {"", RT_ERROR_PARSE},
    {"plain", RT_ERROR_PARSE},
    {"$argon2id", RT_ERROR_PARSE},
    {"$argon2id$v=19$m=64,t=1,p=2", RT_ERROR_PARSE},
    {"$argon2id$v=19$m=64,t=1,p=2$c29tZXNhbHQ", RT_ERROR_PARSE},
    {"$argon2id$v=19$m=64,t=1,p=2$c29t!XNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", RT_ERROR_PARSE},
    {"$argon2id$v=19$m=x,t=1,p=2$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", RT_ERROR_PARSE},
    {"$argon2id$v=99$m=64,t=1,p=2$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", RT_ERROR_UNSUPPORTED},
    {"$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E", RT_ERROR_UNSUPPORTED},
    {"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
     RT_ERROR_OUT_OF_RANGE},
    {"$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
     RT_ERROR_OUT_OF_RANGE},
    {"$argon2id$v=19$m=65536,t=1,p=16000$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
     RT_ERROR_PARSE},
};

static void case_a_forged_hash_is_an_error_and_costs_nothing(void) {
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        CHECK(!rt_password_verify(RT_STR("password"), RT_CSTR(forged[i].hash)));
        int32_t code = rt_last_error_code();
        CHECK_INT(code, forged[i].code);
    }
    char *long_hash = malloc(100000);
    memset(long_hash, 'A', 100000);
    memcpy(long_hash, "$argon2id$v=19$m=64,t=1,p=2$", 28);
    CHECK(!rt_password_verify(RT_STR("password"), (const uint8_t *)long_hash, 100000));
    CHECK_ERROR(PARSE);
    free(long_hash);
}

static void case_random_bytes_differ_and_have_the_length(void) {
    rt_bytes one = rt_random_bytes(32);
    rt_bytes two = rt_random_bytes(32);
    CHECK(one.len == 32 && two.len == 32 && memcmp(one.ptr, two.ptr, 32) != 0);
    rt_bytes_free(one);
    rt_bytes_free(two);
    rt_bytes none = rt_random_bytes(0);
    CHECK(none.ptr != NULL && none.len == 0);
    rt_bytes_free(none);
    rt_bytes many = rt_random_bytes(16777216);
    CHECK_U64(many.len, 16777216);
    /* 2^27 bits: the number of ones is within ten standard deviations of the half. */
    int64_t ones = 0;
    for (uint64_t i = 0; i < many.len; i++) ones += __builtin_popcount(many.ptr[i]);
    CHECK(llabs(ones - 67108864) < 57927);
    rt_bytes_free(many);
    CHECK_NO_BYTES(rt_random_bytes(16777217));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_BYTES(rt_random_bytes(-1));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_BYTES(rt_random_bytes(INT64_MIN));
    CHECK_ERROR(OUT_OF_RANGE);
}

static void case_random_digits(void) {
    rt_text token = rt_random_hex(20);
    CHECK(token.len == 40 && strspn((const char *)token.ptr, "0123456789abcdef") == 40);
    rt_text_free(token);
    CHECK_NO_TEXT(rt_random_hex(0));
    CHECK_ERROR(OUT_OF_RANGE);
}

static void case_random_numbers_cover_their_range_evenly(void) {
    int counts[6] = {0};
    for (int i = 0; i < 60000; i++) {
        int64_t die = rt_random_range(-2, 3);
        CHECK(die >= -2 && die <= 3);
        if (die >= -2 && die <= 3) counts[die + 2]++;
    }
    /* 10000 each, standard deviation 91. */
    for (int i = 0; i < 6; i++) CHECK(abs(counts[i] - 10000) < 910);
    int64_t low = rt_random_range(INT64_MIN, INT64_MAX);
    CHECK(low != rt_random_range(INT64_MIN, INT64_MAX));
    CHECK_INT(rt_random_range(INT64_MIN, INT64_MIN), INT64_MIN);
    CHECK_ERROR(OK);
    CHECK_FAILS(rt_random_range(1, 0), 0, OUT_OF_RANGE);
    CHECK(rt_random_u64() != rt_random_u64());
}

static void case_secrets_are_equal_or_not(void) {
    CHECK(rt_secret_equal(NULL, 0, NULL, 0));
    CHECK(rt_secret_equal(RT_STR("token"), RT_STR("token")));
    CHECK(!rt_secret_equal(RT_STR("token"), RT_STR("toke")));
    CHECK(!rt_secret_equal(RT_STR("token"), NULL, 0));
    uint8_t left[300];
    uint8_t right[300];
    repeat(left, 7, sizeof left);
    repeat(right, 7, sizeof right);
    for (size_t i = 0; i < sizeof left; i++) {
        right[i] ^= 0x80;
        CHECK(!rt_secret_equal(left, sizeof left, right, sizeof right));
        right[i] ^= 0x80;
        CHECK(rt_secret_equal(left, sizeof left, right, sizeof right));
    }
    CHECK_ERROR(OK);
}

static void case_hexadecimal_digits_there_and_back(void) {
    uint8_t all[256];
    run_of(all, 0, 256);
    rt_text digits = rt_hex_encode(all, 256);
    CHECK(digits.len == 512 && memcmp(digits.ptr, "000102", 6) == 0);
    CHECK_BYTES(rt_hex_decode(digits.ptr, digits.len), all, 256);
    rt_text_free(digits);
    CHECK_BYTES(rt_hex_decode(RT_STR("aAFf")), "\xaa\xff", 2);
    CHECK_TEXT(rt_hex_encode(NULL, 0), "");
    CHECK_BYTES(rt_hex_decode(NULL, 0), "", 0);
    CHECK_NO_BYTES(rt_hex_decode(RT_STR("abc")));
    CHECK_ERROR(PARSE);
    CHECK_NO_BYTES(rt_hex_decode(RT_STR("ab cd")));
    CHECK_ERROR(PARSE);
    CHECK_MESSAGE("byte 2");
    CHECK_NO_BYTES(rt_hex_decode(RT_STR("0x12")));
    CHECK_ERROR(PARSE);
    CHECK_NO_BYTES(rt_hex_decode(RT_STR("\xc3\xa9")));
    CHECK_ERROR(PARSE);
}

static void case_lengths_and_keys_out_of_range_are_errors(void) {
    CHECK_NO_BYTES(rt_blake3_xof(RT_STR("a"), 0));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_BYTES(rt_blake3_xof(RT_STR("a"), 16777217));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_BYTES(rt_blake3_keyed(RT_STR("short"), RT_STR("a"), 32));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_MESSAGE("5 bytes");
    CHECK_INT(rt_hasher_blake3_keyed_new(RT_STR("short")), 0);
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_BYTES(rt_blake3_derive_key(RT_STR("context"), RT_STR("a"), -1));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_NO_BYTES(rt_hkdf_sha256(RT_STR("a"), NULL, 0, NULL, 0, 8161));
    CHECK_ERROR(OUT_OF_RANGE);
    rt_bytes longest = rt_hkdf_sha512(RT_STR("a"), NULL, 0, NULL, 0, 16320);
    CHECK_U64(longest.len, 16320);
    rt_bytes_free(longest);
    CHECK_NO_BYTES(rt_hkdf_sha512(RT_STR("a"), NULL, 0, NULL, 0, 16321));
    CHECK_ERROR(OUT_OF_RANGE);
    CHECK_INT(rt_hasher_hmac_new(RT_HASH_ALGORITHM_BLAKE3, RT_STR("key")), 0);
    CHECK_ERROR(UNSUPPORTED);
    CHECK_INT(rt_hasher_new((rt_hash_algorithm)0), 0);
    CHECK_ERROR(INVALID_ENUM);
}

#define SHA1_EMPTY "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA1_ABC "a9993e364706816aba3e25717850c26c9cd0d89d"

static void case_a_hasher_is_reset_copied_and_gone(void) {
    int64_t hasher = rt_hasher_new(RT_HASH_ALGORITHM_SHA1);
    CHECK(rt_hasher_update_text(hasher, RT_STR("abc")));
    int64_t copy = rt_hasher_copy(hasher);
    CHECK(rt_hasher_reset(hasher));
    CHECK_TEXT(rt_hasher_digest_hex(hasher), SHA1_EMPTY);
    CHECK_TEXT(rt_hasher_digest_hex(copy), SHA1_ABC);
    CHECK(rt_hasher_reset(copy));
    CHECK_TEXT(rt_hasher_finish_hex(copy), SHA1_EMPTY);
    CHECK_FAILS(rt_hasher_update(copy, RT_STR("x")), false, STALE_HANDLE);
    CHECK(rt_hasher_free(hasher));
    CHECK_NO_BYTES(rt_hasher_digest(hasher));
    CHECK_ERROR(STALE_HANDLE);
    int64_t raw = rt_hasher_new(RT_HASH_ALGORITHM_SHA1);
    CHECK(rt_hasher_update_text(raw, RT_STR("abc")));
    rt_bytes digest = rt_hex_decode(RT_STR(SHA1_ABC));
    CHECK_BYTES(rt_hasher_finish(raw), digest.ptr, 20);
    rt_bytes_free(digest);
    CHECK_NO_BYTES(rt_hasher_finish(raw));
    CHECK_ERROR(STALE_HANDLE);
    /* The key stays when a hasher with a key is reset. */
    int64_t mac = rt_hasher_hmac_new(RT_HASH_ALGORITHM_SHA256, RT_STR("Jefe"));
    CHECK(rt_hasher_update_text(mac, RT_STR("noise")) && rt_hasher_reset(mac));
    CHECK(rt_hasher_update_text(mac, RT_STR("what do ya want for nothing?")));
    CHECK_TEXT(rt_hasher_finish_hex(mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void case_a_file_that_fails_leaves_the_hasher_as_it_was(void) {
    FILE *file = fopen("abc", "w");
    CHECK(file != NULL && fputs("abc", file) >= 0 && fclose(file) == 0);
    int64_t hasher = rt_hasher_new(RT_HASH_ALGORITHM_SHA1);
    CHECK_FAILS(rt_hasher_update_file(hasher, RT_STR("missing")), -1, NOT_FOUND);
    CHECK_FAILS(rt_hasher_update_file(hasher, RT_STR(".")), -1, IS_A_DIRECTORY);
    CHECK_INT(rt_hasher_update_file(hasher, RT_STR("abc")), 3);
    CHECK_TEXT(rt_hasher_finish_hex(hasher), SHA1_ABC);
}

static void *feed(void *hasher) {
    for (int i = 0; i < 1000; i++) {
        if (!rt_hasher_update(*(int64_t *)hasher, RT_STR("a"))) return NULL;
    }
    return hasher;
}

static void case_threads_may_share_a_hasher(void) {
    pthread_t threads[4];
    int64_t hasher = rt_hasher_new(RT_HASH_ALGORITHM_SHA256);
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, feed, &hasher) == 0);
    for (int i = 0; i < 4; i++) {
        void *done = NULL;
        CHECK(pthread_join(threads[i], &done) == 0 && done == &hasher);
    }
    uint8_t text[4000];
    rt_text whole = rt_hash_sha256(repeat(text, 'a', sizeof text), sizeof text);
    CHECK_TEXT(rt_hasher_finish_hex(hasher), (const char *)whole.ptr);
    rt_text_free(whole);
}

static const check_case cases[] = {
    CASE(a_password_hash_is_salted_and_verified),
    CASE(a_hash_made_at_another_cost_is_to_be_made_again),
    CASE(a_cost_outside_its_bounds_is_refused),
    CASE(a_forged_hash_is_an_error_and_costs_nothing),
    CASE(random_bytes_differ_and_have_the_length),
    CASE(random_digits),
    CASE(random_numbers_cover_their_range_evenly),
    CASE(secrets_are_equal_or_not),
    CASE(hexadecimal_digits_there_and_back),
    CASE(lengths_and_keys_out_of_range_are_errors),
    CASE(a_hasher_is_reset_copied_and_gone),
    CASE(a_file_that_fails_leaves_the_hasher_as_it_was),
    CASE(threads_may_share_a_hasher),
};

CHECK_MAIN(cases)
