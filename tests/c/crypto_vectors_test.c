/* Published vectors of every algorithm of the crypto module, through every function that offers it. */
#define _GNU_SOURCE
#include "rt_crypto.h"

#include "crypto_check.h"

#define BLOCKS_32 "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define BLOCKS_64                                              \
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn" \
    "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"

/* A hash function in its forms, and its hashes of the texts below. */
typedef struct {
    rt_text (*of_text)(const uint8_t *data, uint64_t data_len);
    rt_bytes (*of_bytes)(const uint8_t *data, uint64_t data_len);
    rt_text (*of_file)(const uint8_t *path, uint64_t path_len);
    rt_hash_algorithm algorithm;
    const char *hashes[5];
} hash_function;

/* FIPS 180-4, its examples: nothing, abc, two blocks of each block size, a million times a. */
static const hash_function functions[] = {
    {rt_hash_sha1, rt_digest_sha1, rt_file_hash_sha1, RT_HASH_ALGORITHM_SHA1,
     {"da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "a9993e364706816aba3e25717850c26c9cd0d89d",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
      "a49b2446a02c645bf419f995b67091253a04a259",
      "34aa973cd4c4daa4f61eeb2bdbad27316534016f"}},
    {rt_hash_sha224, rt_digest_sha224, rt_file_hash_sha224, RT_HASH_ALGORITHM_SHA224,
     {"d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
      "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
      "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525",
      "c97ca9a559850ce97a04a96def6d99a9e0e0e2ab14e6b8df265fc0b3",
      "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67"}},
    {rt_hash_sha256, rt_digest_sha256, rt_file_hash_sha256, RT_HASH_ALGORITHM_SHA256,
     {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}},
    {rt_hash_sha384, rt_digest_sha384, rt_file_hash_sha384, RT_HASH_ALGORITHM_SHA384,
     {"38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
      "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6b0455a8520bc4e6f5fe95b1fe3c8452b",
      "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
      "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985"}},
    {rt_hash_sha512, rt_digest_sha512, rt_file_hash_sha512, RT_HASH_ALGORITHM_SHA512,
     {"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f"
      "63b931bd47417a81a538327af927da3e",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
      "454d4423643ce80e2a9ac94fa54ca49f",
      "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c33596fd15c13b1b07f9aa1d3bea57789ca0"
      "31ad85c7a71dd70354ec631238ca3445",
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433a"
      "c7d329eeb6dd26545e96e55b874be909",
      "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31b"
      "eb009c5c2c49aa2e4eadb217ad8cc09b"}},
    {rt_hash_sha512_256, rt_digest_sha512_256, rt_file_hash_sha512_256, RT_HASH_ALGORITHM_SHA512_256,
     {"c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a",
      "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
      "bde8e1f9f19bb9fd3406c90ec6bc47bd36d8ada9f11880dbc8a22a7078b6a461",
      "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a",
      "9a59a052930187a97038cae692f30708aa6491923ef5194394dc68d56c74fb21"}},
};

static void check_forms(const hash_function *function, const uint8_t *data, size_t len, const char *hash) {
    CHECK_TEXT(function->of_text(data, len), hash);
    CHECK_HEX(function->of_bytes(data, len), hash);
    FILE *file = fopen("data", "wb");
    CHECK(file != NULL && fwrite(data, 1, len, file) == len && fclose(file) == 0);
    CHECK_TEXT(function->of_file(RT_STR("data")), hash);
    int64_t hasher = rt_hasher_new(function->algorithm);
    /* Pieces of growing length, so that block borders fall everywhere. */
    for (size_t at = 0, step = 1; at < len; at += step, step = step % 977 + 1) {
        if (step > len - at) step = len - at;
        CHECK(rt_hasher_update(hasher, data + at, step));
    }
    CHECK_HEX(rt_hasher_digest(hasher), hash);
    CHECK_TEXT(rt_hasher_finish_hex(hasher), hash);
    CHECK_ERROR(OK);
}

static void case_sha_of_the_examples_of_fips_180_4(void) {
    uint8_t *long_text = million();
    const struct { const uint8_t *data; size_t len; } texts[] = {
        {RT_STR("")}, {RT_STR("abc")}, {RT_STR(BLOCKS_32)}, {RT_STR(BLOCKS_64)}, {long_text, MILLION}};
    for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
        for (size_t t = 0; t < 5; t++) check_forms(&functions[f], texts[t].data, texts[t].len, functions[f].hashes[t]);
    }
    free(long_text);
}

/* BLAKE3's own test vectors (test_vectors.json): the input is 0, 1, .. 250, 0, 1, ..; more than 32 bytes of output. */
static const struct {
    size_t len;
    const char *hash;
    const char *keyed;
    const char *derived;
} blake3[] = {
    {0,
     "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262e00f03e7b69af26b7faaf09fcd333050"
     "338ddfe085b8cc869ca98b206c08243a",
     "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26b18171a2f22a4b94822c701f107153db"
     "a24918c4bae4d2945c20ece13387627d",
     "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d905630c8be290dfcf3e6842f13bddd57"
     "3c098c3f17361f1f206b8cad9d088aa4"},
    {1,
     "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213c3a6cb8bf623e20cdb535f8d1a5ffb86"
     "342d9c0b64aca3bce1d31f60adfa137b",
     "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b6568c0490609413006fbd428eb3fd14e"
     "7756d90f73a4725fad147f7bf70fd61c",
     "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c5827b91bf889b6b97c5477f535361cae"
     "fca0b5d8c4746441c576171119331589"},
    {1024,
     "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af71cf8107265ecdaf8505b95d8fcec83a9"
     "8a6a96ea5109d2c179c47a387ffbb404",
     "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4a78bc838c72852d4f49c864acb7adafe"
     "2478e824afe51c8919d06168414c265f",
     "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a6896843027066c23b601d3ddfb391e90d5c8eccdef4a"
     "e2a264bce9e612ba15e2bc9d654af148"},
    {1025,
     "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444f4c4a22b4b399155358a994e52bf255d"
     "e60035742ec71bd08ac275a1b51cc6bfe332b0ef84b409108cda080e6269ed4b3e2c3f7d722aa4cdc98d16deb554e562"
     "7be8f955c98e1d5f9565a9194cad0c4285f93700062d9595adb992ae68ff12800ab67a",
     "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69362396b77fdc0d2634a5529708437220"
     "66c3c15902ae5097e00ff53f1e116f1cd5352720113a837ab2452cafbde4d54085d9cf5d21ca613071551b25d52e69d6"
     "c81123872b6f19cd3bc1333edf0c52b94de23ba772cf82636cff4542540a7738d5b930",
     "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb5d31013a167509e9066273ab6e2123bc"
     "835b408b067d88f96addb550d96b6852dad38e320b9d940f86db74d398c770f462118b35d2724efa13da97194491d96d"
     "d37c3c09cbef665953f2ee85ec83d88b88d11547a6f911c8217cca46defa2751e7f3ad"},
    {4097,
     "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb99505f91b0b5600a11251652eacfa9497b3"
     "1cd3c409ce2e45cfe6c0a016967316c4",
     "00df940cd36bb9fa7cbbc3556744e0dbc8191401afe70520ba292ee3ca80abbc606db4976cfdd266ae0abf667d948183"
     "1ff12e0caa268e7d3e57260c0824115a",
     "aca51029626b55fda7117b42a7c211f8c6e9ba4fe5b7a8ca922f34299500ead8a897f66a400fed9198fd61dd2d58d382"
     "458e64e100128075fc54b860934e8de2"},
};

static void case_blake3_of_its_own_vectors(void) {
    uint8_t data[5000];
    const hash_function forms = {rt_hash_blake3, rt_digest_blake3, rt_file_hash_blake3, RT_HASH_ALGORITHM_BLAKE3, {0}};
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i % 251);
    for (size_t i = 0; i < sizeof blake3 / sizeof blake3[0]; i++) {
        size_t len = blake3[i].len;
        int64_t wanted = (int64_t)strlen(blake3[i].hash) / 2;
        char first[65] = {0};
        memcpy(first, blake3[i].hash, 64);
        CHECK_HEX(rt_digest_blake3(data, len), first);
        CHECK_HEX(rt_blake3_xof(data, len, wanted), blake3[i].hash);
        CHECK_HEX(rt_blake3_keyed(RT_STR("whats the Elvish word for friend"), data, len, wanted), blake3[i].keyed);
        CHECK_HEX(
            rt_blake3_derive_key(RT_STR("BLAKE3 2019-12-27 16:29:52 test vectors context"), data, len, wanted),
            blake3[i].derived);
        memcpy(first, blake3[i].keyed, 64);
        int64_t hasher = rt_hasher_blake3_keyed_new(RT_STR("whats the Elvish word for friend"));
        CHECK(rt_hasher_update(hasher, data, len));
        CHECK_TEXT(rt_hasher_finish_hex(hasher), first);
    }
    check_forms(&forms, RT_STR("abc"), "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
}

/* RFC 4231, cases 1 to 4, 6 and 7: key and message, and the codes with SHA-1, SHA-256, SHA-384, SHA-512. The RFC has
 * none for SHA-1: those are by another program. */
static const struct {
    const char *key;
    const char *data;
    const char *codes[4];
} macs[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     "4869205468657265",
     {"b617318655057264e28bc0b6fb378c8ef146be00",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4"
      "be9d914eeb61f1702e696c203a126854"}},
    {"4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     {"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
      "caeab1a34d4a6b4b636e070a38bce737"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddd",
     {"125d7342b9ac11cd91a39af48aa17b4f63f175d3",
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
      "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807"
      "b946a337bee8942674278859e13292fb"}},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcd",
     {"4c9007f4026250c6bc8414f9bf50c86c2d7235da",
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
      "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063"
      "a5f19741120c4f2de2adebeb10a298dd"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579"
     "204669727374",
     {"90d0dace1c1bdc957339307803160335bde6df2b",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
      "95e64f73f63f0aec8b915a985d786598"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b65"
     "7920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
     "647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c"
     "676f726974686d2e",
     {"217e44bb08b6e06a2d6c30f3cb9f537f97c63356",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
      "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
      "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15"
      "134676fb6de0446065c97440fa8c6a58"}},
};

static const struct {
    rt_bytes (*mac)(const uint8_t *key, uint64_t key_len, const uint8_t *data, uint64_t data_len);
    bool (*verify)(const uint8_t *key, uint64_t key_len, const uint8_t *data, uint64_t data_len, const uint8_t *code,
                   uint64_t code_len);
    rt_hash_algorithm algorithm;
} mac_functions[] = {
    {rt_hmac_sha1, rt_hmac_sha1_verify, RT_HASH_ALGORITHM_SHA1},
    {rt_hmac_sha256, rt_hmac_sha256_verify, RT_HASH_ALGORITHM_SHA256},
    {rt_hmac_sha384, rt_hmac_sha384_verify, RT_HASH_ALGORITHM_SHA384},
    {rt_hmac_sha512, rt_hmac_sha512_verify, RT_HASH_ALGORITHM_SHA512},
};

static void check_mac(size_t f, rt_bytes key, rt_bytes data, const char *expected) {
    CHECK_HEX(mac_functions[f].mac(key.ptr, key.len, data.ptr, data.len), expected);
    int64_t hasher = rt_hasher_hmac_new(mac_functions[f].algorithm, key.ptr, key.len);
    CHECK(rt_hasher_update(hasher, data.ptr, data.len / 2));
    CHECK(rt_hasher_update(hasher, data.ptr + data.len / 2, data.len - data.len / 2));
    CHECK_TEXT(rt_hasher_finish_hex(hasher), expected);

    rt_bytes code = rt_hex_decode(RT_CSTR(expected));
    uint8_t bent[64];
    memcpy(bent, code.ptr, code.len);
    CHECK(mac_functions[f].verify(key.ptr, key.len, data.ptr, data.len, bent, code.len));
    CHECK(!mac_functions[f].verify(key.ptr, key.len, data.ptr, data.len, bent, code.len - 1));
    CHECK(!mac_functions[f].verify(key.ptr, key.len, data.ptr, data.len, bent, 0));
    CHECK(!mac_functions[f].verify(key.ptr, key.len, data.ptr, data.len - 1, bent, code.len));
    for (size_t i = 0; i < code.len; i++) {
        bent[i] ^= 1;
        CHECK(!mac_functions[f].verify(key.ptr, key.len, data.ptr, data.len, bent, code.len));
        bent[i] ^= 1;
    }
    CHECK_ERROR(OK);
    rt_bytes_free(code);
}

static void case_hmac_of_rfc_4231(void) {
    for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++) {
        rt_bytes key = rt_hex_decode(RT_CSTR(macs[i].key));
        rt_bytes data = rt_hex_decode(RT_CSTR(macs[i].data));
        for (size_t f = 0; f < 4; f++) check_mac(f, key, data, macs[i].codes[f]);
        rt_bytes_free(key);
        rt_bytes_free(data);
    }
    CHECK_HEX(rt_hmac_sha256(NULL, 0, NULL, 0), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void case_hkdf_of_rfc_5869(void) {
    uint8_t material[80];
    uint8_t salt[80];
    uint8_t info[80];
    repeat(material, 0x0b, 22);
    run_of(salt, 0, 13);
    run_of(info, 0xf0, 10);
    CHECK_HEX(rt_hkdf_sha256(material, 22, salt, 13, info, 10, 42),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    /* The RFC stops at SHA-256; by another program. */
    CHECK_HEX(rt_hkdf_sha512(material, 22, salt, 13, info, 10, 42),
              "832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338da362cb8d9f925d7cb");
    CHECK_HEX(rt_hkdf_sha256(material, 22, NULL, 0, NULL, 0, 42),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    run_of(material, 0, 80);
    run_of(salt, 0x60, 80);
    run_of(info, 0xb0, 80);
    CHECK_HEX(rt_hkdf_sha256(material, 80, salt, 80, info, 80, 82),
              "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
              "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

static void case_argon2id_of_rfc_9106(void) {
    uint8_t password[32];
    uint8_t salt[16];
    uint8_t secret[8];
    uint8_t associated[12];
    rt_password_cost cost = {.memory_kib = 32, .passes = 3, .lanes = 4};
    repeat(password, 1, sizeof password);
    repeat(salt, 2, sizeof salt);
    repeat(secret, 3, sizeof secret);
    repeat(associated, 4, sizeof associated);
    CHECK_HEX(rt_argon2id(password, 32, salt, 16, secret, 8, associated, 12, &cost, 32),
              "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

/* Of the test program of Argon2's reference implementation: the password is "password". */
static const char *const stored[] = {
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2d$v=19$m=65536,t=2,p=1$YzI5dFpYTmhiSFFBQUFBQUFBQUFBQQ$Jxy74cswY2mq9y+u+iJcJy8EqOp4t/C7DWDzGwGB3IM",
    "$argon2d$v=16$m=32,t=2,p=3,keyid=8PDw8A,data=Dw8PDw8P$AAAAAAAAAAA$KnH4gniiaFnDvlA1xev3yovC4cnrrI6tnHOYtmja90o",
};

static void case_password_hashes_of_the_reference_program(void) {
    for (size_t i = 0; i < sizeof stored / sizeof stored[0]; i++) {
        CHECK(rt_password_verify(RT_STR("password"), RT_CSTR(stored[i])));
        CHECK(!rt_password_verify(RT_STR("sassword"), RT_CSTR(stored[i])));
        CHECK_ERROR(OK);
    }
}

static void case_xxh3_of_the_published_vectors(void) {
    CHECK_HEX(rt_digest_xxh3_128(NULL, 0, 0), "99aa06d3014798d86001c324468d497f");
    CHECK_U64(rt_digest_xxh3(NULL, 0, 0), UINT64_C(0x2d06800538d394c2));
    uint8_t *text = million();
    for (size_t len = 0; len < 400; len++) {
        CHECK_U64(rt_digest_xxh3(text, len, 0), rt_hash_xxh3(text, len));
        CHECK(rt_digest_xxh3(text, len, 1) != rt_digest_xxh3(text, len, 2));
    }
    rt_bytes zero = rt_digest_xxh3_128(text, MILLION, 0);
    rt_bytes one = rt_digest_xxh3_128(text, MILLION, 1);
    CHECK(zero.len == 16 && one.len == 16 && memcmp(zero.ptr, one.ptr, 16) != 0);
    rt_bytes_free(zero);
    rt_bytes_free(one);
    free(text);
}

static const check_case cases[] = {
    CASE(sha_of_the_examples_of_fips_180_4),
    CASE(blake3_of_its_own_vectors),
    CASE(hmac_of_rfc_4231),
    CASE(hkdf_of_rfc_5869),
    CASE(argon2id_of_rfc_9106),
    CASE(password_hashes_of_the_reference_program),
    CASE(xxh3_of_the_published_vectors),
};

CHECK_MAIN(cases)
