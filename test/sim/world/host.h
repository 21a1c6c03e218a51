/* SPDX-License-Identifier: Apache-2.0 */
/* A process as the world sees it: it lives or does not, has a mailbox, and takes a turn when mail
 * has come or its time is due. What runs in it is its owner's, who gives the function of a turn. */
#pragma once

#include "test/sim/world/clock.h"
#include "test/sim/world/counts.h"

struct mail {
	void (*fn)(void *self, uint64_t arg);
	void *self;
	uint64_t arg;
};

struct host {
	struct clock *clock;
	struct counts *counts;
	/* Called by the clock when a turn is due; arg is turn_seq as it was then. */
	clock_fn on_turn;
	void *self;           /* of on_turn */
	char name[48];        /* coordinator-0, agent/n1 */
	const char *node;     /* on which it runs; NULL: none that can be cut off */
	uint32_t incarnation; /* 0: never started */
	bool older; /* of a version to which orders are told as whole sets, or that tells them so */
	bool stranger;      /* nobody's process: no check takes it for one */
	bool alive, doomed; /* doomed: it dies at the end of its turn, and nothing leaves it */
	int64_t paused_until_ms, turn_at_ms;
	uint64_t turn_seq;
	struct mail *mail;
	uint32_t nmail, cap_mail;
	uint64_t crash_at_action; /* dies when it has done so many more; 0: does not */
	bool crash_before;        /* …before the action leaves */
};

/* A turn is due then, or as soon as it is not paused; an earlier one stays. */
void host_turn_at(struct host *h, int64_t at_ms);
/* To be handled with the next turn; dropped when the process dies before. */
void host_post(struct host *h, uint32_t incarnation, void (*fn)(void *, uint64_t), void *self,
	       uint64_t arg);
/* Handles what came before this turn; what comes of it waits for the next one. Returns how many. */
uint32_t host_read_mail(struct host *h);
/* Something leaves the process (a request, a message). False: it does not, the process is dead or
 * dies right here. */
bool host_acts(struct host *h);
