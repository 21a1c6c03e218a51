/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: places of strangers, which are connections that nobody has vouched for yet.
 * Everybody can hold some, so they are counted for each address (of IPv6 for each /64, which one
 * machine has as a rule), and the next stranger takes the place of one that has had its time. */
#pragma once

#include <sys/socket.h>

#include "link/front_parts.h"

enum place_answer {
	PLACE_FREE,
	PLACE_OF,           /* *ret_whose gives its place up: the caller drops it first */
	PLACE_FULL,         /* too many strangers, and none has had its time */
	PLACE_ADDRESS_FULL, /* likewise of this address */
};

/* Whether a stranger from there may have a place. */
enum place_answer places_ask(struct front *f, const struct sockaddr_storage *from, int64_t now_ms,
			     struct conn **ret_whose);
void places_take(struct front *f, struct conn *c, const struct sockaddr_storage *from);
void places_leave(struct front *f, struct conn *c);  /* harmless without a place */
void places_vouch(struct front *f, uint64_t number); /* harmless if there is no such place */
