/* SPDX-License-Identifier: Apache-2.0 */
/* A peer that vanished says nothing: the kernel has to ask. Looked at on the very sockets of the
 * client, by what the kernel has been told about them. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "broken.h"

enum { DESCRIPTORS = 1024, UNACKED_MS = 10000, IDLE_S = 30, AGAIN_S = 10 };

static int number(int fd, int level, int option)
{
	int ret = -1;
	socklen_t len = sizeof ret;
	return getsockopt(fd, level, option, &ret, &len) ? -1 : ret;
}

/* Of the client, which alone sets a time for what is not acknowledged. */
static bool is_clients(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;
	return !getpeername(fd, (struct sockaddr *)&peer, &len) && peer.ss_family == AF_INET &&
	       number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) > 0;
}

/* After 30 s without a word it asks; no answer within 10 s more, and the connection is over. What
 * is sent and not acknowledged ends it within 10 s. */
void the_kernel_asks_for_silent_peers(void **state)
{
	static const struct api_request get = {
		.verb = API_GET, .kind = API_LEASE, .ns = "default", .name = "none"};
	const struct api *clients[] = {&rig.api, &rig.lease};
	unsigned found = 0;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		AUTO(answer_done) struct answer a = ANSWER;
		rig_submit(clients[i], &get, &a);
		assert_true(rig_until(&rig, &a.done));
		assert_int_equal(a.rc, RC_NOTFOUND);
	}
	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		if (!is_clients(fd))
			continue;
		found++;
		assert_int_equal(number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), UNACKED_MS);
		assert_int_equal(number(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
		assert_int_equal(number(fd, IPPROTO_TCP, TCP_KEEPIDLE), IDLE_S);
		assert_int_equal(number(fd, IPPROTO_TCP, TCP_KEEPINTVL), AGAIN_S);
	}
	assert_int_equal(found, 2);
}
