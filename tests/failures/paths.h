/* Rows of functions that take a path or a command, in families: each is used in every situation that all of it meets.
 *
 * Besides what a situation takes away there are paths that nothing can be done with, one kind for each situation. */
#ifndef PATHS_H
#define PATHS_H

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

#endif
