/* SPDX-License-Identifier: Apache-2.0 */
/* Power and network of machines, and their Node objects with what the node lifecycle controller
 * makes of them. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* Something is wrong with it until then; what is doubted for longer stays so. */
void machine_doubt(struct machine *m, int64_t until_ms);
void machines_init(struct cluster *cl); /* their Nodes are registered */
/* It is not Ready for so long that its members may be elsewhere by now. */
bool machine_given_up(const struct machine *m);
void machine_start_agent(struct machine *m); /* where there is one */
void machine_power_off(struct machine *m);
/* Off for good. kept: its Node stays for ever, NotReady; else a cloud controller deletes it. */
void machine_lose(struct machine *m, bool kept);
void machine_power_on(struct machine *m); /* a new boot */
void machine_kubelet(struct machine *m, bool up);
void machine_ready(struct machine *m, bool ready); /* as its kubelet says of itself */
void machine_cut(struct machine *m, int64_t ms);   /* off the network */
void machine_register(struct machine *m, bool on); /* its Node object is deleted, or made again */
