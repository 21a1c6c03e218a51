/* SPDX-License-Identifier: Apache-2.0 */
/* What an agent is sent while many members start on its node: its orders are sent as a whole
 * whenever they change, so n members cost up to n squared orders. */
#pragma once

#include "drive.h"

/* All jobs of the load start on one node, for which the window allows some creates at once; the
 * agent reports each pod by itself. Prints how many frames of orders are sent, and their bytes. */
void orders_run(struct load *l);
