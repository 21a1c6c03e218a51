/* SPDX-License-Identifier: Apache-2.0 */
/* TCP sockets that listen. An address is HOST:PORT with a numeric host: IPv4, IPv6 in brackets, or
 * "*" (or nothing) for every address of both families. Where the kernel has no IPv6, "*" means
 * every address of IPv4. */
#pragma once

#include <stdint.h>

#include "base/buf.h"

/* Opens a socket that does not block. port: takes the place of the address's own, unless it is 0.
 * RC_CONFIG: the address is none; RC_IO: it is taken, or is no address of this machine. */
enum rc listen_open(const char *address, uint16_t port, int backlog, int *ret_fd,
		    struct err *e) must_use;
uint16_t listen_port(int fd); /* the port on which it listens; 0 if it does not */
