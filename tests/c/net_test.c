/* What the net module's sockets and name lookup do, with good and bad input; HTTP is in tests/net. */
#define _GNU_SOURCE
#include "rt_net.h"

#include "check.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int port_of(int64_t listener) {
    rt_tcp_listener_address_result place;
    CHECK(rt_tcp_listener_address(listener, &place));
    CHECK(strcmp((const char *)place.host.ptr, "127.0.0.1") == 0 && place.port > 0);
    int port = place.port;
    rt_tcp_listener_address_result_free(&place);
    return port;
}

/* Both ends of a connection. */
static void connect_both(int64_t *client, int64_t *server) {
    int64_t listener = rt_tcp_listen(RT_STR("127.0.0.1"), 0);
    *client = rt_tcp_connect(RT_STR("localhost"), port_of(listener), 5000);
    CHECK(*client != 0);
    *server = rt_tcp_accept(listener, 5000);
    CHECK(*server != 0);
    CHECK(rt_tcp_listener_free(listener));
}

static bool reads(int64_t stream, const char *text) {
    rt_bytes data = rt_tcp_read(stream, 1000, 5000);
    bool is_fine = data.ptr && data.len == strlen(text) && memcmp(data.ptr, text, data.len) == 0;
    rt_bytes_free(data);
    return is_fine;
}

static void case_tcp_talk(void) {
    int64_t client, server;
    connect_both(&client, &server);
    CHECK(rt_tcp_write(client, RT_STR("hello"), 1000));
    CHECK(reads(server, "hello"));
    CHECK(rt_tcp_write(server, RT_STR("a\0b"), 1000));
    rt_bytes data = rt_tcp_read(client, 2, 1000);
    CHECK(data.len == 2 && data.ptr[1] == 0);
    rt_bytes_free(data);
    CHECK(reads(client, "b"));
    CHECK(rt_tcp_write(client, NULL, 0, 0));
    CHECK(rt_tcp_set_nodelay(client, true));
    rt_tcp_local_address_result near;
    rt_tcp_peer_address_result far;
    CHECK(rt_tcp_local_address(client, &near) && rt_tcp_peer_address(server, &far) && near.port == far.port);
    rt_tcp_local_address_result_free(&near);
    rt_tcp_peer_address_result_free(&far);
    /* One half ends; the other goes on. */
    CHECK(rt_tcp_shutdown(client, RT_DIRECTION_WRITE));
    data = rt_tcp_read(server, 10, 5000);
    CHECK(data.ptr != NULL && data.len == 0 && rt_last_error_code() == RT_ERROR_OK);
    CHECK(rt_tcp_write(server, RT_STR("still"), 1000));
    CHECK(reads(client, "still"));
    CHECK_FAILS(rt_tcp_write(client, RT_STR("x"), 1000), false, BROKEN_PIPE);
    CHECK_FAILS(rt_tcp_shutdown(client, (rt_direction)7), false, INVALID_ENUM);
    CHECK(rt_tcp_stream_free(client) && rt_tcp_stream_free(server));
}

static void case_tcp_time_limits(void) {
    int64_t client, server;
    connect_both(&client, &server);
    double start = now();
    CHECK(rt_tcp_read(client, 10, 0).ptr == NULL && rt_last_error_code() == RT_ERROR_TIMED_OUT);
    CHECK(now() - start < 0.1);
    CHECK(rt_tcp_read(client, 10, 100).ptr == NULL && rt_last_error_code() == RT_ERROR_TIMED_OUT);
    CHECK(now() - start > 0.09 && now() - start < 3);
    CHECK(rt_tcp_read(client, 0, 0).ptr == NULL && rt_last_error_code() == RT_ERROR_OUT_OF_RANGE);
    CHECK(rt_tcp_read(client, ((int64_t)64 << 20) + 1, 0).ptr == NULL && rt_last_error_code() == RT_ERROR_OUT_OF_RANGE);
    /* Nobody reads, so the buffers fill up. */
    size_t size = 32 << 20;
    uint8_t *data = calloc(size, 1);
    CHECK_FAILS(rt_tcp_write(client, data, size, 100), false, TIMED_OUT);
    free(data);
    int64_t listener = rt_tcp_listen(RT_STR("127.0.0.1"), 0);
    CHECK_FAILS(rt_tcp_accept(listener, 50), 0, TIMED_OUT);
    rt_tcp_listener_free(listener);
    rt_tcp_stream_free(client);
    rt_tcp_stream_free(server);
}

static void *write_much(void *stream) {
    size_t size = 10 << 20;
    uint8_t *data = malloc(size);
    for (size_t index = 0; index < size; index++) data[index] = (uint8_t)(index % 251);
    bool is_fine = rt_tcp_write(*(int64_t *)stream, data, size, 20000);
    free(data);
    rt_tcp_shutdown(*(int64_t *)stream, RT_DIRECTION_WRITE);
    return is_fine ? stream : NULL;
}

static void case_tcp_much(void) {
    int64_t client, server;
    connect_both(&client, &server);
    pthread_t thread;
    pthread_create(&thread, NULL, write_much, &client);
    uint64_t total = 0, wrong = 0;
    for (;;) {
        rt_bytes data = rt_tcp_read(server, 1 << 20, 10000);
        CHECK(data.ptr != NULL);
        for (uint64_t index = 0; index < data.len; index++) wrong += data.ptr[index] != (total + index) % 251;
        total += data.len;
        bool is_end = data.len == 0;
        rt_bytes_free(data);
        if (is_end) break;
    }
    void *result;
    pthread_join(thread, &result);
    CHECK(result != NULL && total == 10 << 20 && wrong == 0);
    rt_tcp_stream_free(client);
    rt_tcp_stream_free(server);
}

static void case_tcp_failures(void) {
    int64_t listener = rt_tcp_listen(RT_STR("127.0.0.1"), 0);
    int port = port_of(listener);
    CHECK_FAILS(rt_tcp_listen(RT_STR("127.0.0.1"), port), 0, ADDRESS_IN_USE);
    rt_tcp_listener_free(listener);
    CHECK_FAILS(rt_tcp_connect(RT_STR("127.0.0.1"), port, 5000), 0, CONNECTION_REFUSED);
    CHECK_FAILS(rt_tcp_connect(RT_STR("127.0.0.1"), -1, 5000), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_tcp_connect(RT_STR("127.0.0.1"), 65536, 5000), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_tcp_connect(RT_STR(""), 80, 5000), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_tcp_connect(RT_STR("a\0b"), 80, 5000), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_tcp_listen(RT_STR("127.0.0.1"), 70000), 0, OUT_OF_RANGE);
    CHECK_FAILS(rt_tcp_listen(RT_STR("203.0.113.1"), 0), 0, ADDRESS_NOT_AVAILABLE);
    /* The other side goes away: no signal, an error or the end. */
    int64_t client, server;
    connect_both(&client, &server);
    rt_tcp_stream_free(server);
    rt_bytes data = rt_tcp_read(client, 10, 5000);
    CHECK(data.ptr != NULL && data.len == 0);
    bool is_error = false;
    for (int index = 0; index < 100 && !is_error; index++) {
        is_error = !rt_tcp_write(client, RT_STR("x"), 1000);
        usleep(1000);
    }
    CHECK(is_error && rt_last_error_code() == RT_ERROR_BROKEN_PIPE);
    CHECK(rt_tcp_stream_free(client));
    CHECK_FAILS(rt_tcp_write(client, RT_STR("x"), 1000), false, STALE_HANDLE);
}

/* A connection that the other side has reset: it was closed with linger 0. */
static int64_t reset_connection(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof place;
    CHECK(bind(listener, (struct sockaddr *)&place, size) == 0 && listen(listener, 1) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&place, &size) == 0);
    int64_t client = rt_tcp_connect(RT_STR("127.0.0.1"), ntohs(place.sin_port), 5000);
    CHECK(client != 0);
    int server = accept(listener, NULL, NULL);
    struct linger at_once = {1, 0};
    CHECK(setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0 && close(server) == 0);
    close(listener);
    return client;
}

static void case_what_the_other_side_does_has_codes(void) {
    int64_t client = reset_connection();
    rt_bytes none = rt_tcp_read(client, 10, 5000);
    CHECK(none.ptr == NULL);
    CHECK_ERROR(CONNECTION_RESET);
    rt_tcp_peer_address_result peer;
    CHECK_FAILS(rt_tcp_peer_address(client, &peer), false, NOT_CONNECTED);
    CHECK_FAILS(rt_tcp_shutdown(client, RT_DIRECTION_BOTH), false, NOT_CONNECTED);
    /* This side keeps its address. */
    rt_tcp_local_address_result own;
    CHECK(rt_tcp_local_address(client, &own));
    rt_tcp_local_address_result_free(&own);
    CHECK(rt_tcp_stream_free(client));
    client = reset_connection();
    CHECK_FAILS(rt_tcp_write(client, RT_STR("x"), 1000), false, CONNECTION_RESET);
    CHECK_FAILS(rt_tcp_write(client, RT_STR("x"), 1000), false, BROKEN_PIPE);
    CHECK(rt_tcp_stream_free(client));
}

static void case_hosts_that_there_are_not(void) {
    /* No host may have a name with a blank, so nobody is asked. */
    int64_t socket = rt_udp_bind(RT_STR("127.0.0.1"), 0);
    CHECK_FAILS(rt_tcp_connect(RT_STR("a b"), 80, 5000), 0, NOT_FOUND);
    CHECK_FAILS(rt_tcp_listen(RT_STR("a b"), 0), 0, NOT_FOUND);
    CHECK_FAILS(rt_udp_bind(RT_STR("a b"), 0), 0, NOT_FOUND);
    CHECK_FAILS(rt_udp_send_to(socket, RT_STR("a b"), 80, RT_STR("x"), 5000), false, NOT_FOUND);
    CHECK_FAILS(rt_udp_bind(RT_STR("203.0.113.1"), 0), 0, ADDRESS_NOT_AVAILABLE);
    char name[1026];
    memset(name, 'a', 1025), name[1025] = 0;
    CHECK_FAILS(rt_tcp_listen(RT_CSTR(name), 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_udp_bind(RT_STR(""), 0), 0, INVALID_ARGUMENT);
    CHECK_FAILS(rt_udp_send_to(socket, RT_STR(""), 80, RT_STR("x"), 5000), false, INVALID_ARGUMENT);
    CHECK(rt_udp_socket_free(socket));
}

/* UDP does not say that nobody listens, neither to the next message nor to who waits for one. */
static void case_udp_to_nobody(void) {
    int64_t socket = rt_udp_bind(RT_STR("127.0.0.1"), 0), gone = rt_udp_bind(RT_STR("127.0.0.1"), 0);
    rt_udp_local_address_result place;
    CHECK(rt_udp_local_address(gone, &place) && rt_udp_socket_free(gone));
    for (int i = 0; i < 3; i++) {
        CHECK(rt_udp_send_to(socket, RT_STR("127.0.0.1"), place.port, RT_STR("x"), 1000));
        rt_udp_receive_from_result message;
        CHECK_FAILS(rt_udp_receive_from(socket, 20, &message), false, TIMED_OUT);
    }
    rt_udp_local_address_result_free(&place);
    CHECK(rt_udp_socket_free(socket));
}

static void case_tcp_loop(void) {
    int64_t stream = rt_tcp_loop();
    CHECK(rt_tcp_write(stream, RT_STR("round"), 1000));
    CHECK(reads(stream, "round"));
    CHECK(rt_tcp_stream_free(stream));
}

static void case_udp(void) {
    int64_t one = rt_udp_bind(RT_STR("127.0.0.1"), 0), two = rt_udp_bind(RT_STR("127.0.0.1"), 0);
    rt_udp_local_address_result place;
    CHECK(rt_udp_local_address(two, &place));
    int port = place.port;
    rt_udp_local_address_result_free(&place);
    CHECK(rt_udp_send_to(one, RT_STR("127.0.0.1"), port, RT_STR("first"), 1000));
    CHECK(rt_udp_send_to(one, RT_STR("localhost"), port, NULL, 0, 1000));
    rt_udp_receive_from_result message;
    CHECK(rt_udp_receive_from(two, 5000, &message));
    CHECK(message.data.len == 5 && memcmp(message.data.ptr, "first", 5) == 0);
    CHECK(rt_udp_send_to(two, message.host.ptr, message.host.len, message.port, RT_STR("answer"), 1000));
    rt_udp_receive_from_result_free(&message);
    CHECK(rt_udp_receive_from(two, 5000, &message) && message.data.ptr != NULL && message.data.len == 0);
    rt_udp_receive_from_result_free(&message);
    CHECK(rt_udp_receive_from(one, 5000, &message) && message.data.len == 6 && message.port == port);
    rt_udp_receive_from_result_free(&message);
    CHECK_FAILS(rt_udp_receive_from(one, 50, &message), false, TIMED_OUT);
    static uint8_t large[70000];
    CHECK(rt_udp_send_to(one, RT_STR("127.0.0.1"), port, large, 60000, 1000));
    CHECK(rt_udp_receive_from(two, 5000, &message) && message.data.len == 60000);
    rt_udp_receive_from_result_free(&message);
    CHECK_FAILS(rt_udp_send_to(one, RT_STR("127.0.0.1"), port, large, 70000, 1000), false, IO);
    CHECK_FAILS(rt_udp_send_to(one, RT_STR("127.0.0.1"), -1, large, 1, 1000), false, OUT_OF_RANGE);
    CHECK_FAILS(rt_udp_bind(RT_STR("127.0.0.1"), port), 0, ADDRESS_IN_USE);
    CHECK_FAILS(rt_udp_bind(RT_STR("127.0.0.1"), 65536), 0, OUT_OF_RANGE);
    CHECK(rt_udp_socket_free(one) && rt_udp_socket_free(two));
    CHECK_FAILS(rt_udp_receive_from(one, 0, &message), false, STALE_HANDLE);
}

static void case_dns(void) {
    rt_list_text found = rt_dns_lookup(RT_STR("localhost"), 5000);
    CHECK(found.len >= 1);
    bool is_local = false;
    for (uint64_t index = 0; index < found.len; index++) {
        const char *address = (const char *)found.items[index].ptr;
        is_local = is_local || strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0;
    }
    CHECK(is_local);
    rt_list_text_free(found);
    found = rt_dns_lookup(RT_STR("::1"), 0);
    CHECK(found.len == 1 && strcmp((const char *)found.items[0].ptr, "::1") == 0);
    rt_list_text_free(found);
    CHECK(rt_dns_lookup(RT_STR(""), 1000).items == NULL && rt_last_error_code() == RT_ERROR_INVALID_ARGUMENT);
    CHECK(rt_dns_lookup(RT_STR("a b"), 5000).items == NULL && rt_last_error_code() == RT_ERROR_NOT_FOUND);
}

int main(int argc, char **argv) {
    static const check_case cases[] = {
        CASE(tcp_talk), CASE(tcp_time_limits), CASE(tcp_much), CASE(tcp_failures),
        CASE(what_the_other_side_does_has_codes), CASE(tcp_loop), CASE(udp), CASE(dns),
        CASE(hosts_that_there_are_not), CASE(udp_to_nobody),
    };
    return check_main(cases, sizeof cases / sizeof cases[0], argc, argv);
}
