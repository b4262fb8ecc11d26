/* Rows of functions in families by what they take: each is used in every situation that all of it meets.
 *
 * Besides what a situation takes away there are paths that nothing can be done with, one kind for each situation. */
#ifndef FAMILIES_H
#define FAMILIES_H

#define GIVES_NOTHING(call, field) ((call).field == NULL)

/* Paths at the places that are taken away, and wrong paths of each kind. */
#define HERE(path) RT_STR("./" path)
#define ON(path) RT_STR("small/" path)
#define OFF(path) RT_STR("closed/" path)
#define HIDDEN RT_STR("hidden/a.txt")
#define FOLDER(path) RT_STR("noise")
#define PIPES(path) RT_STR("pipes")
/* Never a device of the machine where something is written: as the administrator, a wrong function would replace it. */
#define PIPE(path) RT_STR("pipes/pipe")
#define ENDLESS RT_STR("/dev/zero")
#define NULS(path) RT_STR(path "\0")
#define ABSENT(path) RT_STR("none/" path)
#define BELOW(path) RT_STR("a.txt/" path)
#define CIRCLE(path) RT_STR("loop/" path)
#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG(path) RT_STR(A50 A50 A50 A50 A50 A50 "/" path)

#define FILE_HASHES(ROW, place, path)                                                                                \
    ROW(place, rt_file_hash_sha1, KEEPS, GIVES_NOTHING(rt_file_hash_sha1(path), ptr))                                \
    ROW(place, rt_file_hash_sha224, KEEPS, GIVES_NOTHING(rt_file_hash_sha224(path), ptr))                            \
    ROW(place, rt_file_hash_sha256, KEEPS, GIVES_NOTHING(rt_file_hash_sha256(path), ptr))                            \
    ROW(place, rt_file_hash_sha384, KEEPS, GIVES_NOTHING(rt_file_hash_sha384(path), ptr))                            \
    ROW(place, rt_file_hash_sha512, KEEPS, GIVES_NOTHING(rt_file_hash_sha512(path), ptr))                            \
    ROW(place, rt_file_hash_sha512_256, KEEPS, GIVES_NOTHING(rt_file_hash_sha512_256(path), ptr))                    \
    ROW(place, rt_file_hash_blake3, KEEPS, GIVES_NOTHING(rt_file_hash_blake3(path), ptr))                            \
    ROW(place, rt_file_hash, KEEPS, GIVES_NOTHING(rt_file_hash(path), ptr))                                          \
    ROW(place, rt_hasher_update_file, KEEPS, rt_hasher_update_file(hasher, path) == -1)

#define READS(ROW, place, path)                                                                                      \
    ROW(place, rt_file_read_text, KEEPS, GIVES_NOTHING(rt_file_read_text(path), ptr))                                \
    ROW(place, rt_file_read_bytes, KEEPS, GIVES_NOTHING(rt_file_read_bytes(path), ptr))                              \
    ROW(place, rt_file_read_lines, KEEPS, GIVES_NOTHING(rt_file_read_lines(path), items))                            \
    ROW(place, rt_file_read_range, KEEPS, GIVES_NOTHING(rt_file_read_range(path, 1, INT64_MAX), ptr))                \
    ROW(place, rt_file_mmap_read_text, KEEPS, GIVES_NOTHING(rt_file_mmap_read_text(path), ptr))                      \
    ROW(place, rt_file_mmap_read_bytes, KEEPS, GIVES_NOTHING(rt_file_mmap_read_bytes(path), items))                  \
    ROW(place, rt_file_mmap_bytes, KEEPS, GIVES_NOTHING(rt_file_mmap_bytes(path), ptr))                              \
    ROW(place, rt_cli_read_file, KEEPS, GIVES_NOTHING(rt_cli_read_file(path), ptr))

/* What makes a file of another; FROM and TO give paths, one of them at the place that is taken away. */
#define PACKS(ROW, place, FROM, TO)                                                                                  \
    ROW(place, rt_gzip_compress, KEEPS, !rt_gzip_compress(FROM("noise/n"), TO("new")))                               \
    ROW(place, rt_xz_compress, KEEPS, !rt_xz_compress(FROM("noise/n"), TO("new")))                                   \
    ROW(place, rt_zstd_compress, KEEPS, !rt_zstd_compress(FROM("noise/n"), TO("new")))                               \
    ROW(place, rt_gzip_compress_with, KEEPS, !rt_gzip_compress_with(FROM("noise/n"), TO("new"), 1))                  \
    ROW(place, rt_xz_compress_with, KEEPS, !rt_xz_compress_with(FROM("noise/n"), TO("new"), 1))                      \
    ROW(place, rt_gzip_decompress, KEEPS, !rt_gzip_decompress(FROM("n.gz"), TO("new")))                              \
    ROW(place, rt_xz_decompress, KEEPS, !rt_xz_decompress(FROM("n.xz"), TO("new")))                                  \
    ROW(place, rt_zstd_decompress, KEEPS, !rt_zstd_decompress(FROM("n.zst"), TO("new")))                             \
    ROW(place, rt_gzip_decompress_with, KEEPS, !rt_gzip_decompress_with(FROM("n.gz"), TO("new"), BIG))               \
    ROW(place, rt_xz_decompress_with, KEEPS, !rt_xz_decompress_with(FROM("n.xz"), TO("new"), BIG))                   \
    ROW(place, rt_zstd_decompress_with, KEEPS, !rt_zstd_decompress_with(FROM("n.zst"), TO("new"), BIG))

/* What makes a file of a directory. */
#define COLLECTS(ROW, place, FROM, TO)                                                                               \
    ROW(place, rt_tar_create, KEEPS, !rt_tar_create(TO("new"), FROM("noise")))                                       \
    ROW(place, rt_zip_create, KEEPS, !rt_zip_create(TO("new"), FROM("noise")))                                       \
    ROW(place, rt_archive_create, KEEPS, !rt_archive_create(TO("new"), FROM("noise"), RT_ARCHIVE_FORMAT_TAR))

/* What makes a directory of a file. */
#define UNPACKS(ROW, place, FROM, TO)                                                                                \
    ROW(place, rt_tar_extract, KEEPS, !rt_tar_extract(FROM("n.tar"), TO("new")))                                     \
    ROW(place, rt_zip_extract, KEEPS, !rt_zip_extract(FROM("n.zip"), TO("new")))                                     \
    ROW(place, rt_archive_extract, KEEPS, rt_archive_extract(FROM("n.tar"), TO("new")) == -1)                        \
    ROW(place, rt_archive_extract_with, KEEPS, rt_archive_extract_with(FROM("n.zip"), TO("new"), &usual) == -1)

/* What writes a file, which may be there; AT gives a path at the place that is taken away. */
#define WRITES(ROW, place, AT)                                                                                       \
    ROW(place, rt_file_write_text, CUTS, !rt_file_write_text(AT("a.txt"), BYTES))                                    \
    ROW(place, rt_write_file, CUTS, !rt_write_file(AT("a.txt"), BYTES))                                              \
    ROW(place, rt_file_write_bytes, CUTS, !rt_file_write_bytes(AT("a.txt"), BYTES))                                  \
    ROW(place, rt_file_append_text, CUTS | ADDS, !rt_file_append_text(AT("a.txt"), BYTES))                           \
    ROW(place, rt_file_append_bytes, CUTS | ADDS, !rt_file_append_bytes(AT("a.txt"), BYTES))                         \
    ROW(place, rt_file_atomic_write, KEEPS, !rt_file_atomic_write(AT("a.txt"), BYTES))                               \
    ROW(place, rt_file_atomic_write_bytes, KEEPS, !rt_file_atomic_write_bytes(AT("a.txt"), BYTES))                   \
    ROW(place, rt_file_copy, KEEPS, !rt_file_copy(RT_STR("noise/n"), AT("new")))                                     \
    ROW(place, rt_history_save, KEEPS, !rt_history_save(AT("a.txt")))                                                \
    ROW(place, rt_cranelift_emit_object, KEEPS, !rt_cranelift_emit_object(a_module(), AT("new")))                    \
    ROW(place, rt_cranelift_emit_object_raw, KEEPS, !rt_cranelift_emit_object_raw(a_module(), AT("new")))

#define MAKES(ROW, place, AT)                                                                                        \
    ROW(place, rt_file_create_new, KEEPS, !rt_file_create_new(AT("new"), BYTES))                                     \
    ROW(place, rt_symlink_create, KEEPS, !rt_symlink_create(RT_STR("x"), AT("new")))                                 \
    ROW(place, rt_dir_create, KEEPS, !rt_dir_create(AT("new"), false))                                               \
    ROW(place, rt_temp_file_create, KEEPS,                                                                           \
        GIVES_NOTHING(rt_temp_file_create(AT(""), RT_STR("a"), RT_STR("b")), ptr))                                   \
    ROW(place, rt_temp_dir_create, KEEPS, GIVES_NOTHING(rt_temp_dir_create(AT(""), RT_STR("a")), ptr))

/* What takes nothing there for an answer. */
#define ASKS(ROW, place, file, directory)                                                                            \
    ROW(place, rt_file_exists, KEEPS, !rt_file_exists(file))                                                         \
    ROW(place, rt_cli_file_exists, KEEPS, !rt_cli_file_exists(file))                                                 \
    ROW(place, rt_dir_exists, KEEPS, !rt_dir_exists(file))                                                           \
    ROW(place, rt_glob, KEEPS, GIVES_NOTHING(rt_glob(directory), items))

#define OPENS(ROW, place, path)                                                                                      \
    ROW(place, rt_file_size, KEEPS, rt_file_size(path) == -1)                                                        \
    ROW(place, rt_archive_list, KEEPS, GIVES_NOTHING(rt_archive_list(path), items))                                  \
    ROW(place, rt_archive_list_with, KEEPS, GIVES_NOTHING(rt_archive_list_with(path, &usual), items))                \
    ROW(place, rt_archive_read, KEEPS, GIVES_NOTHING(rt_archive_read(path, RT_STR("a"), 9), ptr))                    \
    ROW(place, rt_archive_detect, KEEPS, rt_archive_detect(path) == 0)                                               \
    ROW(place, rt_history_load, KEEPS, !rt_history_load(path))

#define LOOKS(ROW, place, file, directory)                                                                           \
    ROW(place, rt_file_modified, KEEPS, rt_file_modified(file) == -1)                                                \
    ROW(place, rt_file_modified_time, KEEPS, rt_file_modified_time(file) == -1)                                      \
    ROW(place, rt_file_modified_micros, KEEPS, rt_file_modified_micros(file) == -1)                                  \
    ROW(place, rt_file_get_kind, KEEPS, rt_file_get_kind(file) == 0)                                                 \
    ROW(place, rt_file_get_info, KEEPS, !rt_file_get_info(file, &info))                                              \
    ROW(place, rt_link_get_info, KEEPS, !rt_link_get_info(file, &info))                                              \
    ROW(place, rt_file_get_permissions, KEEPS, rt_file_get_permissions(file) == -1)                                  \
    ROW(place, rt_symlink_read, KEEPS, GIVES_NOTHING(rt_symlink_read(file), ptr))                                    \
    ROW(place, rt_path_canonical, KEEPS, GIVES_NOTHING(rt_path_canonical(file), ptr))                                \
    ROW(place, rt_env_set_cwd, KEEPS, !rt_env_set_cwd(directory))                                                    \
    ROW(place, rt_system_disk_space, KEEPS, !rt_system_disk_space(file, &space))                                     \
    ROW(place, rt_dir_list, KEEPS, GIVES_NOTHING(rt_dir_list(directory), items))                                     \
    ROW(place, rt_dir_entries, KEEPS, GIVES_NOTHING(rt_dir_entries(directory), items))                               \
    ROW(place, rt_dir_walk, KEEPS, GIVES_NOTHING(rt_dir_walk(directory), items))                                     \
    ROW(place, rt_list_dir_recursive, KEEPS, GIVES_NOTHING(rt_list_dir_recursive(directory, RT_STR("txt")), items))  \
    ROW(place, rt_watch_new, KEEPS, rt_watch_new(directory, false) == 0)                                             \
    ROW(place, rt_cli_watch_file, KEEPS, rt_cli_watch_file(directory) == 0)

#define CHANGES(ROW, place, AT)                                                                                \
    ROW(place, rt_file_truncate, KEEPS, !rt_file_truncate(AT("a.txt"), 1))                                           \
    ROW(place, rt_file_delete, KEEPS, !rt_file_delete(AT("a.txt")))                                                  \
    ROW(place, rt_file_remove, KEEPS, !rt_file_remove(AT("a.txt")))                                                  \
    ROW(place, rt_file_lock, KEEPS, rt_file_lock(AT("new"), 0) == 0)                                                 \
    ROW(place, rt_file_lock_shared, KEEPS, rt_file_lock_shared(AT("new"), 0) == 0)

#define MOVES(ROW, place, AT, file)                                                                                  \
    ROW(place, rt_file_move, KEEPS, !rt_file_move(RT_STR("noise/n"), AT("new")))                                     \
    ROW(place, rt_file_set_permissions, KEEPS, !rt_file_set_permissions(file, 0600))                                 \
    ROW(place, rt_file_set_modified_micros, KEEPS, !rt_file_set_modified_micros(file, 0))                            \
    ROW(place, rt_hard_link_create, KEEPS, !rt_hard_link_create(RT_STR("noise/n"), AT("new")))                       \
    ROW(place, rt_dir_remove, KEEPS, !rt_dir_remove(AT("dir"), false))                                               \
    ROW(place, rt_dir_remove_all, PARTS, !rt_dir_remove_all(AT("dir")))

#define RUNS(ROW, place, command)                                                                                    \
    ROW(place, rt_process_run, KEEPS, !rt_process_run(command, NULL, 0, &ran))                                       \
    ROW(place, rt_process_run_timeout, KEEPS, !rt_process_run_timeout(command, NULL, 0, 5000, &ran_timeout))         \
    ROW(place, rt_process_run_with_limits, KEEPS,                                                                    \
        !rt_process_run_with_limits(command, NULL, 0, 5000, 256, &ran_limits))                                       \
    ROW(place, rt_execute_native, KEEPS, !rt_execute_native(command, NULL, 0, 5000, &ran_native))                    \
    ROW(place, rt_process_run_bytes, KEEPS,                                                                          \
        !rt_process_run_bytes(command, NULL, 0, NULL, 0, NULL, 0, NULL, 0, &soon, &ran_bytes))                       \
    ROW(place, rt_process_output, KEEPS, GIVES_NOTHING(rt_process_output(command, NULL, 0), ptr))

#define SPAWNS(ROW, place, command)                                                                                  \
    ROW(place, rt_process_spawn, KEEPS, rt_process_spawn(command, NULL, 0) == 0)

#define SHELLS(ROW, place, command)                                                                                  \
    ROW(place, rt_shell, KEEPS, rt_shell(command) == -1)                                                             \
    ROW(place, rt_shell_output, KEEPS, GIVES_NOTHING(rt_shell_output(command), ptr))                                 \
    ROW(place, rt_shell_exec, KEEPS, rt_shell_exec(command) == -1)                                                   \
    ROW(place, rt_exec, KEEPS, rt_exec(command) == -1)

/* What takes paths, in a situation where all of them are wrong. */
#define ANY_PATH(ROW, place, AT)                                                                                     \
    FILE_HASHES(ROW, place, AT("x"))                                                                                 \
    READS(ROW, place, AT("x"))                                                                                       \
    PACKS(ROW, place, AT, RT_STR)                                                                                    \
    COLLECTS(ROW, place, AT, RT_STR)                                                                                 \
    UNPACKS(ROW, place, AT, RT_STR)                                                                                  \
    WRITES(ROW, place, AT)                                                                                           \
    MAKES(ROW, place, AT)                                                                                            \
    OPENS(ROW, place, AT("x"))                                                                                       \
    LOOKS(ROW, place, AT("x"), AT("x"))                                                                              \
    CHANGES(ROW, place, AT)                                                                                          \
    MOVES(ROW, place, AT, AT("x"))

/* What functions make of arguments, of values and of texts that they keep. */
#define TAKES_MUCH(ROW, place)                                                                                       \
    ROW(place, rt_hex_encode, KEEPS, GIVES_NOTHING(rt_hex_encode(LETTERS(30)), ptr))                                 \
    ROW(place, rt_hex_decode, KEEPS, GIVES_NOTHING(rt_hex_decode(LETTERS(56)), ptr))                                 \
    ROW(place, rt_random_hex, KEEPS, GIVES_NOTHING(rt_random_hex(16 << 20), ptr))                                    \
    ROW(place, rt_base64_encode, KEEPS, GIVES_NOTHING(rt_base64_encode(LETTERS(40)), ptr))                           \
    ROW(place, rt_base64_url_encode, KEEPS, GIVES_NOTHING(rt_base64_url_encode(LETTERS(40)), ptr))                   \
    ROW(place, rt_base64_decode, KEEPS, GIVES_NOTHING(rt_base64_decode(LETTERS(56)), ptr))                           \
    ROW(place, rt_base64_url_decode, KEEPS, GIVES_NOTHING(rt_base64_url_decode(LETTERS(56)), ptr))                   \
    ROW(place, rt_regex_escape, KEEPS, GIVES_NOTHING(rt_regex_escape(SLASHES), ptr))                                 \
    ROW(place, rt_regex_find, KEEPS, GIVES_NOTHING(rt_regex_find(RT_STR("(a+)(b?)"), LETTERS(56)), ptr))             \
    ROW(place, rt_regex_find_all, KEEPS, GIVES_NOTHING(rt_regex_find_all(RT_STR("a"), LETTERS(4)), items))           \
    ROW(place, rt_regex_find_places, KEEPS, GIVES_NOTHING(rt_regex_find_places(RT_STR("a"), LETTERS(4)), items))     \
    ROW(place, rt_regex_captures, KEEPS, GIVES_NOTHING(rt_regex_captures(RT_STR("(a+)(b?)"), LETTERS(30)), items))   \
    ROW(place, rt_regex_captures_all, KEEPS, GIVES_NOTHING(rt_regex_captures_all(RT_STR("a"), LETTERS(4)), items))   \
    ROW(place, rt_regex_replace, KEEPS,                                                                              \
        GIVES_NOTHING(rt_regex_replace(RT_STR("a"), LETTERS(4), RT_STR("$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0")), ptr))   \
    ROW(place, rt_regex_replace_first, KEEPS,                                                                        \
        GIVES_NOTHING(rt_regex_replace_first(RT_STR("a"), LETTERS(30), LETTERS(30)), ptr))                           \
    ROW(place, rt_regex_replace_literal, KEEPS,                                                                      \
        GIVES_NOTHING(rt_regex_replace_literal(RT_STR("a"), LETTERS(4), RT_STR("0123456789abcdef")), ptr))           \
    ROW(place, rt_regex_split, KEEPS, GIVES_NOTHING(rt_regex_split(RT_STR("a"), LETTERS(4), 0), items))              \
    ROW(place, rt_pattern_find, KEEPS, GIVES_NOTHING(rt_pattern_find(pattern_all, LETTERS(56)), ptr))                \
    ROW(place, rt_pattern_find_all, KEEPS, GIVES_NOTHING(rt_pattern_find_all(pattern_one, LETTERS(4)), items))       \
    ROW(place, rt_pattern_find_places, KEEPS, GIVES_NOTHING(rt_pattern_find_places(pattern_one, LETTERS(4)), items)) \
    ROW(place, rt_pattern_captures, KEEPS, GIVES_NOTHING(rt_pattern_captures(pattern_all, LETTERS(30)), items))      \
    ROW(place, rt_pattern_captures_all, KEEPS,                                                                       \
        GIVES_NOTHING(rt_pattern_captures_all(pattern_one, LETTERS(4)), items))                                      \
    ROW(place, rt_pattern_replace, KEEPS,                                                                            \
        GIVES_NOTHING(rt_pattern_replace(pattern_one, LETTERS(4), RT_STR("$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0")), ptr)) \
    ROW(place, rt_pattern_replace_first, KEEPS,                                                                      \
        GIVES_NOTHING(rt_pattern_replace_first(pattern_one, LETTERS(30), LETTERS(30)), ptr))                         \
    ROW(place, rt_pattern_replace_literal, KEEPS,                                                                    \
        GIVES_NOTHING(rt_pattern_replace_literal(pattern_one, LETTERS(4), RT_STR("0123456789abcdef")), ptr))         \
    ROW(place, rt_pattern_split, KEEPS, GIVES_NOTHING(rt_pattern_split(pattern_one, LETTERS(4), 0), items))          \
    ROW(place, rt_interner_intern, KEEPS, rt_interner_intern(interner, LETTERS(56)) == -1)                           \
    ROW(place, rt_interner_text, KEEPS, GIVES_NOTHING(rt_interner_text(interner, 0), ptr))                           \
    ROW(place, rt_interner_texts, KEEPS, GIVES_NOTHING(rt_interner_texts(interner), items))                          \
    ROW(place, rt_json_parse, KEEPS, !rt_json_parse(JSON_ITEMS))                                                     \
    ROW(place, rt_json_get, KEEPS, GIVES_NOTHING(rt_json_get(JSON_ITEMS, RT_STR("[0]")), ptr))                       \
    ROW(place, rt_json_get_text, KEEPS, GIVES_NOTHING(rt_json_get_text(JSON_ITEMS, RT_STR("[0]")), ptr))             \
    ROW(place, rt_json_get_int, KEEPS, !rt_json_get_int(JSON_ITEMS, RT_STR("[0]")).present)                          \
    ROW(place, rt_json_get_float, KEEPS, !rt_json_get_float(JSON_ITEMS, RT_STR("[0]")).present)                      \
    ROW(place, rt_json_get_bool, KEEPS, !rt_json_get_bool(JSON_ITEMS, RT_STR("[0]")).present)                        \
    ROW(place, rt_json_type, KEEPS, rt_json_type(JSON_ITEMS, RT_STR("[0]")) == 0)                                    \
    ROW(place, rt_json_length, KEEPS, rt_json_length(JSON_ITEMS, RT_STR("")) == -1)                                  \
    ROW(place, rt_json_keys, KEEPS, GIVES_NOTHING(rt_json_keys(JSON_ITEMS, RT_STR("")), items))                      \
    ROW(place, rt_json_set, KEEPS, GIVES_NOTHING(rt_json_set(JSON_ITEMS, RT_STR("[0]"), RT_STR("1")), ptr))          \
    ROW(place, rt_json_remove, KEEPS, GIVES_NOTHING(rt_json_remove(JSON_ITEMS, RT_STR("[0]")), ptr))                 \
    ROW(place, rt_json_equal, KEEPS, !rt_json_equal(RT_STR("1"), JSON_ITEMS))                                        \
    ROW(place, rt_json_stringify, KEEPS, GIVES_NOTHING(rt_json_stringify(JSON_ITEMS), ptr))                          \
    ROW(place, rt_json_stringify_pretty, KEEPS, GIVES_NOTHING(rt_json_stringify_pretty(JSON_ITEMS, 2), ptr))         \
    ROW(place, rt_json_stringify_sorted, KEEPS, GIVES_NOTHING(rt_json_stringify_sorted(JSON_ITEMS), ptr))            \
    ROW(place, rt_json_quote, KEEPS, GIVES_NOTHING(rt_json_quote(SLASHES), ptr))                                     \
    ROW(place, rt_json_to_toml, KEEPS, GIVES_NOTHING(rt_json_to_toml(JSON_ITEMS), ptr))                              \
    ROW(place, rt_json_to_yaml, KEEPS, GIVES_NOTHING(rt_json_to_yaml(JSON_ITEMS), ptr))                              \
    ROW(place, rt_json_to_cbor, KEEPS, GIVES_NOTHING(rt_json_to_cbor(JSON_ITEMS), ptr))                              \
    ROW(place, rt_toml_parse, KEEPS, !rt_toml_parse(TOML_ITEMS))                                                     \
    ROW(place, rt_toml_get, KEEPS, GIVES_NOTHING(rt_toml_get(TOML_ITEMS, RT_STR("a[0]")), ptr))                      \
    ROW(place, rt_toml_to_json, KEEPS, GIVES_NOTHING(rt_toml_to_json(TOML_ITEMS), ptr))                              \
    ROW(place, rt_yaml_parse, KEEPS, !rt_yaml_parse(YAML_ITEMS))                                                     \
    ROW(place, rt_yaml_get, KEEPS, GIVES_NOTHING(rt_yaml_get(YAML_ITEMS, RT_STR("[0]")), ptr))                       \
    ROW(place, rt_yaml_to_json, KEEPS, GIVES_NOTHING(rt_yaml_to_json(YAML_ITEMS), ptr))                              \
    ROW(place, rt_yaml_documents_to_json, KEEPS, GIVES_NOTHING(rt_yaml_documents_to_json(YAML_ITEMS), items))        \
    ROW(place, rt_cbor_parse, KEEPS, !rt_cbor_parse(CBOR_ITEMS))                                                     \
    ROW(place, rt_cbor_to_json, KEEPS, GIVES_NOTHING(rt_cbor_to_json(CBOR_ITEMS), ptr))                              \
    ROW(place, rt_value_string, KEEPS, rt_value_string(LETTERS(56)) == 0)                                            \
    ROW(place, rt_value_as_string, KEEPS, GIVES_NOTHING(rt_value_as_string(longest), ptr))                           \
    ROW(place, rt_value_text, KEEPS, GIVES_NOTHING(rt_value_text(longest), ptr))                                     \
    ROW(place, rt_value_print, KEEPS, (rt_value_print(longest), true))                                               \
    ROW(place, rt_value_println, KEEPS, (rt_value_println(longest), true))                                           \
    ROW(place, rt_value_object_new, KEEPS, rt_value_object_new(LETTERS(56)) == 0)                                    \
    ROW(place, rt_value_object_class, KEEPS, GIVES_NOTHING(rt_value_object_class(named), ptr))                       \
    ROW(place, rt_value_function_name, KEEPS, GIVES_NOTHING(rt_value_function_name(named_function), ptr))            \
    ROW(place, rt_value_function_new, KEEPS, rt_value_function_new(LETTERS(56), called, 0) == 0)                     \
    ROW(place, rt_value_dict_set, KEEPS, !rt_value_dict_set(named, LETTERS(56), 0))                                  \
    ROW(place, rt_value_dict_keys, KEEPS, GIVES_NOTHING(rt_value_dict_keys(keyed), items))                           \
    ROW(place, rt_value_iter_key, KEEPS, GIVES_NOTHING(rt_value_iter_key(walk), ptr))                                \
    ROW(place, rt_value_iter_new, KEEPS, rt_value_iter_new(many) == 0)                                               \
    ROW(place, rt_value_deep_clone, KEEPS, rt_value_deep_clone(many) == 0)                                           \
    ROW(place, rt_value_eq, KEEPS, !rt_value_eq(many, more))                                                         \
    ROW(place, rt_text_channel_send, KEEPS, !rt_text_channel_send(text_strings, LETTERS(56)))                        \
    ROW(place, rt_text_channel_try_send, KEEPS, !rt_text_channel_try_send(text_strings, LETTERS(56)))                \
    ROW(place, rt_text_channel_send_timeout, KEEPS, !rt_text_channel_send_timeout(text_strings, LETTERS(56), SOON))  \
    ROW(place, rt_bytes_channel_send, KEEPS, !rt_bytes_channel_send(byte_strings, LETTERS(56)))                      \
    ROW(place, rt_bytes_channel_try_send, KEEPS, !rt_bytes_channel_try_send(byte_strings, LETTERS(56)))              \
    ROW(place, rt_bytes_channel_send_timeout, KEEPS, !rt_bytes_channel_send_timeout(byte_strings, LETTERS(56), SOON))\
    ROW(place, rt_file_exists, KEEPS, !rt_file_exists(LETTERS(56)))                                                  \
    ROW(place, rt_env_set, KEEPS, !rt_env_set(RT_STR("LETTERS"), LETTERS(56)))                                       \
    ROW(place, rt_env_get, KEEPS, GIVES_NOTHING(rt_env_get(RT_STR("HOME")), ptr))                                    \
    ROW(place, rt_env_vars, KEEPS, GIVES_NOTHING(rt_env_vars(), items))                                              \
    ROW(place, rt_env_home, KEEPS, GIVES_NOTHING(rt_env_home(), ptr))                                                \
    ROW(place, rt_env_set, KEEPS, !rt_env_set(RT_STR("LETTERS"), LETTERS(30)))                                       \
    ROW(place, rt_temp_dir, KEEPS, GIVES_NOTHING(rt_temp_dir(), ptr))                                                \
    ROW(place, rt_temp_file_create, KEEPS,                                                                           \
        GIVES_NOTHING(rt_temp_file_create(NULL, 0, RT_STR("a"), RT_STR("b")), ptr))                                  \
    ROW(place, rt_temp_dir_create, KEEPS, GIVES_NOTHING(rt_temp_dir_create(NULL, 0, RT_STR("a")), ptr))              \
    ROW(place, rt_glob, KEEPS, GIVES_NOTHING(rt_glob(JSON_ITEMS), items))                                            \
    ROW(place, rt_dir_create, KEEPS, !rt_dir_create(LETTERS(56), false))                                             \
    ROW(place, rt_file_write_text, KEEPS, !rt_file_write_text(LETTERS(56), RT_STR("x")))                             \
    ROW(place, rt_path_join, KEEPS, GIVES_NOTHING(rt_path_join(LETTERS(8), LETTERS(8)), ptr))                        \
    ROW(place, rt_path_normalize, KEEPS, GIVES_NOTHING(rt_path_normalize(LETTERS(16)), ptr))                         \
    ROW(place, rt_path_absolute, KEEPS, GIVES_NOTHING(rt_path_absolute(LETTERS(16)), ptr))                           \
    ROW(place, rt_path_relative, KEEPS, GIVES_NOTHING(rt_path_relative(LETTERS(16), RT_STR("a")), ptr))              \
    ROW(place, rt_path_relative, KEEPS, GIVES_NOTHING(rt_path_relative(STEPS, RT_STR("a")), ptr))                    \
    ROW(place, rt_path_with_extension, KEEPS, GIVES_NOTHING(rt_path_with_extension(LETTERS(16), RT_STR("a")), ptr))  \
    ROW(place, rt_process_run, KEEPS, !rt_process_run(LETTERS(56), NULL, 0, &ran))                                   \
    ROW(place, rt_process_run_bytes, KEEPS,                                                                          \
        !rt_process_run_bytes(RT_STR("true"), NULL, 0, NULL, 0, NULL, 0, changed, 1, &soon, &ran_bytes))             \
    ROW(place, rt_xz_compress_bytes, KEEPS, GIVES_NOTHING(rt_xz_compress_bytes(BYTES), ptr))                         \
    ROW(place, rt_xz_compress, KEEPS, !rt_xz_compress(RT_STR("noise/n"), RT_STR("new")))                             \
    ROW(place, rt_xz_compress_with, KEEPS, !rt_xz_compress_with(RT_STR("noise/n"), RT_STR("new"), 9))                \
    ROW(place, rt_archive_create, KEEPS,                                                                             \
        !rt_archive_create(RT_STR("new"), RT_STR("noise"), RT_ARCHIVE_FORMAT_TAR_XZ))                                \
    ROW(place, rt_timestamp_format, KEEPS, GIVES_NOTHING(rt_timestamp_format(0, LETTERS(2)), ptr))                   \
    ROW(place, rt_history_add, KEEPS, !rt_history_add(LETTERS(56)))                                                  \
    ROW(place, rt_history_lines, KEEPS, GIVES_NOTHING(rt_history_lines(), items))                                    \
    ROW(place, rt_history_save, KEEPS, !rt_history_save(RT_STR("new")))

#endif
