/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/names.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "os/random.h"

/* fmt with a for each 1 in it and b for each 2. */
static char *format(const char *fmt, const char *a, const char *b)
{
	AUTO(buf_done) struct buf s = BUF_INIT(1024);
	for (; *fmt; fmt++) {
		if (*fmt == '1')
			buf_puts(&s, a);
		else if (*fmt == '2')
			buf_puts(&s, b);
		else
			buf_putc(&s, *fmt);
	}
	return buf_steal(&s);
}

/* IP:PORT; an address of IPv6 stands in brackets. */
static char *own_address(const char *ip, const char *listen)
{
	const char *colon = strrchr(listen, ':');
	return format(strchr(ip, ':') ? "[1]:2" : "1:2", ip, colon ? colon + 1 : "7117");
}

void names_make(const struct options *o, struct names *ret)
{
	char suffix[9];
	random_name(suffix, 8);
	if (*str_or_empty(o->pod_uid)) {
		ret->predecessors = format("1_2_", o->identity, o->pod_uid);
		ret->identity = format("12", ret->predecessors, suffix);
	} else {
		ret->predecessors = mem_strdup("");
		ret->identity = format("1_2", o->identity, suffix);
	}
	if (*o->address)
		ret->address = mem_strdup(o->address);
	else
		ret->address = own_address(str_or_empty(o->pod_ip), o->listen);
	const char *sep = strchr(o->agent_account, ':');
	AUTO(mem_freep)
	char *ns = sep ? mem_strndup(o->agent_account, (size_t)(sep - o->agent_account))
		       : mem_strdup("");
	ret->agent_username = format("system:serviceaccount:1:2", ns, sep ? sep + 1 : "");
	ret->tls[0] = format("1.2.svc", o->service, o->namespace);
	ret->tls[1] = format("1.2", o->service, o->namespace);
	ret->tls[2] = format("1.2.svc.cluster.local", o->service, o->namespace);
	ret->tls[3] = mem_strdup(o->service);
}
