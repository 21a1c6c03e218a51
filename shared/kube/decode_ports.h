/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the host ports of a pod spec. */
#pragma once

#include "kube/js.h"
#include "model/host_port.h"

/* Those of the containers and sidecars, at most NODE_PORTS_MAX. In the network of the node, each
 * port of a container is one of the node, as the API server's defaulting has it. Rule:
 * GetHostPorts of kube-scheduler, which the kubelet uses too. */
struct host_ports decode_ports(struct arena *a, const json_t *pod_spec);
