/* SPDX-License-Identifier: Apache-2.0 */
#include "link/front_end.h"

void end_ask(struct end *end, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = end};
	if (end->added && end->events == events)
		return;
	int op = end->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	must(epoll_ctl(end->conn->front->epoll_fd, op, end->fd, &ev) == 0);
	end->added = true;
	end->events = events;
}

void end_ask_nothing(struct end *end)
{
	if (end->added)
		must(epoll_ctl(end->conn->front->epoll_fd, EPOLL_CTL_DEL, end->fd, NULL) == 0);
	end->added = false;
}
