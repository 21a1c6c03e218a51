/* SPDX-License-Identifier: Apache-2.0 */
/* What nng has once in a process: its threads and its log. A failed dial or handshake makes no
 * callback: nng only logs it, with the number of the socket. So the log is read, and each line
 * goes to the mailbox of that socket. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/mem.h"
#include "link/socket.h"

struct reader {
	uint32_t socket;
	struct mailbox *box;
};

static struct {
	pthread_mutex_t lock;
	struct reader *v;
	uint32_t n, cap;
} readers = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Returns the number in "… socket<17> …", 0 if there is none. */
static uint32_t socket_named(const char *line)
{
	const char *p = strstr(line, "socket<");
	uint32_t n = 0;
	if (!p)
		return 0;
	for (p += strlen("socket<"); *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint32_t)(*p - '0');
	return n;
}

static void hand_out(uint32_t socket, const char *text)
{
	pthread_mutex_lock(&readers.lock);
	for (uint32_t i = 0; i < readers.n; i++) {
		const struct reader *r = &readers.v[i];
		if (r->socket == socket)
			mailbox_put(r->box, &(struct mail){.kind = MAIL_NOTE}, text);
	}
	pthread_mutex_unlock(&readers.lock);
}

static void on_log(nng_log_level level, nng_log_facility facility, const char *id, const char *line)
{
	(void)facility;
	if (level > NNG_LOG_WARN || !id || !line)
		return;
	uint32_t socket = socket_named(line);
	if (socket == 0)
		return;
	AUTO(buf_done) struct buf text = BUF_INIT(4096);
	buf_printf(&text, "%s: %s", id, line);
	hand_out(socket, buf_str(&text));
}

void socket_notes(nng_socket s, struct mailbox *box)
{
	pthread_mutex_lock(&readers.lock);
	VEC_GROW(readers.v, readers.n, readers.cap);
	readers.v[readers.n++] = (struct reader){(uint32_t)nng_socket_id(s), box};
	pthread_mutex_unlock(&readers.lock);
}

bool socket_note_is(const char *note, const char *id)
{
	size_t n = strlen(id);
	return strncmp(note, id, n) == 0 && note[n] == ':';
}

const char *socket_note_why(const char *note)
{
	const char *last = note;
	for (const char *p = note; (p = strstr(p, ": ")); p += 2)
		last = p + 2;
	return last;
}

void link_global_init(void)
{
	signal(SIGPIPE, SIG_IGN); /* a closed connection is an error, not a reason to die */
	nng_init_set_parameter(NNG_INIT_NUM_TASK_THREADS, 2);
	nng_init_set_parameter(NNG_INIT_MAX_TASK_THREADS, 2);
	nng_init_set_parameter(NNG_INIT_NUM_EXPIRE_THREADS, 1);
	nng_init_set_parameter(NNG_INIT_MAX_EXPIRE_THREADS, 1);
	nng_init_set_parameter(NNG_INIT_NUM_POLLER_THREADS, 1);
	nng_init_set_parameter(NNG_INIT_MAX_POLLER_THREADS, 1);
	nng_init_set_parameter(NNG_INIT_NUM_RESOLVER_THREADS, 1);
	nng_log_set_level(NNG_LOG_WARN);
	nng_log_set_logger(on_log);
}

uint32_t link_descriptors(void)
{
	uint32_t n = 0;
	DIR *d = opendir("/proc/self/fd");
	if (!d)
		return 0;
	for (const struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n - 1; /* without the descriptor of the folder itself */
}
