# SPDX-License-Identifier: Apache-2.0
"""The chart: what it renders for several values, that Helm and a real API server take it, that its pods
fit Pod Security "restricted", and what is left when it is uninstalled."""
import filecmp
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from lib import CHART, NAMESPACE, TOP, Checks, Server, helm, objects, render

LABELS = ("name", "instance", "version", "component", "part-of", "managed-by")


def find(found, kind, name):
    for obj in found:
        if obj["kind"] == kind and obj["metadata"]["name"] == name:
            return obj
    return None


def args_of(obj):
    return obj["spec"]["template"]["spec"]["containers"][0]["args"]


def test_definitions(check):
    """The chart's copies are the ones in crds/ (a package holds no links to outside of the chart)."""
    ours, copies = os.path.join(TOP, "crds"), os.path.join(CHART, "files/crds")
    names = sorted(n for n in os.listdir(ours) if n.endswith(".yaml"))
    same = sorted(os.listdir(copies)) == names and all(
        filecmp.cmp(os.path.join(ours, n), os.path.join(copies, n), shallow=False) for n in names)
    check.that("the chart's definitions are fresh", same, "run: cp crds/*.yaml charts/muster/files/crds/")
    rendered = [o for o in objects(render()) if o["kind"] == "CustomResourceDefinition"]
    check.that("both are rendered", len(rendered) == 2, len(rendered))
    for crd in rendered:
        name, file = crd["metadata"]["name"], f"crds/muster.dev_{crd['spec']['names']['plural']}.yaml"
        with open(os.path.join(TOP, file), encoding="utf-8") as f:
            check.that(f"{name} is rendered as it is", crd["spec"] == objects(f.read())[0]["spec"], "differs")
        keep = crd["metadata"].get("annotations", {}).get("helm.sh/resource-policy")
        check.that(f"{name} is kept", keep == "keep", crd["metadata"])
    rendered = objects(render("--set", "crds.keep=false"))
    kept = [o for o in rendered if "helm.sh/resource-policy" in o["metadata"].get("annotations", {})]
    check.that("crds.keep=false", not kept and find(rendered, "CustomResourceDefinition", "computejobs.muster.dev"),
               kept)
    check.that("crds.enabled=false", "CustomResourceDefinition" not in render("--set", "crds.enabled=false"), "")


def test_rendering(check):
    text = render()
    check.that("rendered twice, the same", text == render(), "differs")
    found = objects(text)
    for obj in found:
        name = f"{obj['kind']} {obj['metadata']['name']}"
        missing = [x for x in LABELS if "app.kubernetes.io/" + x not in obj["metadata"].get("labels", {})]
        if obj["kind"] == "Lease": # labels that an upgrade changes would look like a change of leader
            check.that("labels of the Lease stay", missing == ["version", "part-of", "managed-by"], missing)
        else:
            check.that("labels of " + name, not missing, missing)
        cluster = obj["kind"].startswith(("Cluster", "Custom", "Flow", "Priority", "Validating"))
        own = "default" if obj["kind"] == "ComputeJob" else NAMESPACE # members do not run beside Muster
        check.that("namespace of " + name, obj["metadata"].get("namespace") == (None if cluster else own), obj)
    secret, config = find(found, "Secret", "muster-coordinator-tls"), find(found, "ConfigMap", "muster-ca")
    check.that("Secret and ConfigMap are the coordinator's to fill", "data" not in secret and "data" not in config, "")
    check.that("replicas", find(found, "Deployment", "muster-coordinator")["spec"]["replicas"] == 2, "")
    for kind in ("PodDisruptionBudget", "NetworkPolicy", "Service", "Lease"):
        check.that("there is a " + kind, find(found, kind, "muster-coordinator"), "")
    for who in ("agent", "coordinator"):
        policy = find(found, "ValidatingAdmissionPolicy", f"muster-{who}-pods")["spec"]
        binding = find(found, "ValidatingAdmissionPolicyBinding", f"muster-{who}-pods")["spec"]
        check.that(f"policy of the {who} fails closed",
                   policy["failurePolicy"] == "Fail" and binding["validationActions"] == ["Deny"], "")


def test_pods(check):
    found = objects(render())
    deployment = find(found, "Deployment", "muster-coordinator")["spec"]["template"]["spec"]
    daemons = find(found, "DaemonSet", "muster-agent")["spec"]["template"]["spec"]
    check.that("agents tolerate everything", daemons["tolerations"] == [{"operator": "Exists"}], daemons)
    token = daemons["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]
    check.that("the agents' token", token["audience"] == "muster-coordinator", token)
    spread = [(s["topologyKey"], s["whenUnsatisfiable"], s["nodeTaintsPolicy"], s["matchLabelKeys"])
              for s in deployment["topologySpreadConstraints"]]
    check.that("replicas on different nodes", spread == [
        ("kubernetes.io/hostname", "DoNotSchedule", "Honor", ["pod-template-hash"]),
        ("topology.kubernetes.io/zone", "ScheduleAnyway", "Honor", ["pod-template-hash"])], spread)
    away = {t["key"]: (t["effect"], t["tolerationSeconds"]) for t in deployment["tolerations"]}
    check.that("away from a dead node in 30 s", away == {
        f"node.kubernetes.io/{k}": ("NoExecute", 30) for k in ("not-ready", "unreachable")}, away)
    priority = find(found, "PriorityClass", deployment["priorityClassName"])
    check.that("coordinators have a priority", priority["value"] == 1000000000, priority)
    check.that("and run on Linux", deployment["nodeSelector"] == {"kubernetes.io/os": "linux"}, deployment)
    for name, pod in (("coordinator", deployment), ("agent", daemons)):
        box = pod["containers"][0]
        check.that(name + ": probes", box["livenessProbe"]["httpGet"]["path"] == "/livez" and
                   box["readinessProbe"]["httpGet"]["path"] == "/readyz", box)
        check.that(name + ": resources", box["resources"]["requests"] and box["resources"]["limits"], box)
        check.that(name + ": read-only root", box["securityContext"]["readOnlyRootFilesystem"] is True, box)
        options = [a for a in box["args"] if not re.fullmatch(r"serve|--[a-z-]+=\S+", a)]
        check.that(name + ": options have values", not options, options)


def test_values(check):
    found = objects(render("--set", "agent.launch=false,jobDefaults.image=a/b:1,placement=pack,logLevel=debug,"
                           "liveness.nodeSilentGrace=9s,liveness.nodeNotReadyGrace=0s,queue.passLimit=1m,queue.maxHold=2m,queue.namespaceHolds=3,"
                           "coordinator.replicas=1", "--set",
                           "image.repository=r/m,image.tag=x,networkPolicy.enabled=false,"
                           "podDisruptionBudget.enabled=false,uninstall.enabled=false"))
    deployment, daemons = find(found, "Deployment", "muster-coordinator"), find(found, "DaemonSet", "muster-agent")
    for option in ("--agent-launch=false", "--default-image=a/b:1", "--placement=pack", "--node-silent-grace=9s",
                   "--node-not-ready-grace=0s", "--queue-pass-limit=1m", "--queue-max-hold=2m", "--queue-namespace-holds=3", "--log-level=debug", "--agent-service-account=muster-system:muster-agent"):
        check.that("coordinator has " + option, option in args_of(deployment), args_of(deployment))
    check.that("agent has --launch=false", "--launch=false" in args_of(daemons), args_of(daemons))
    image = daemons["spec"]["template"]["spec"]["containers"][0]["image"]
    check.that("image", image == "r/m:x", image)
    left_out = [o["kind"] for o in found if o["kind"] in ("NetworkPolicy", "PodDisruptionBudget", "Job")]
    check.that("what is switched off is left out", not left_out, left_out)
    given = render("--set", "tls.existingSecret=mine,tls.existingCAConfigMap=bundle")
    check.that("given TLS", "--tls-secret=mine" in given and "--ca-configmap=bundle" in given and
               "kind: Secret\n" not in given, "")
    closed = objects(render("--set", "networkPolicy.apiServer[0].ipBlock.cidr=10.0.0.1/32"))
    for name in ("coordinator", "agent", "uninstall"):
        policy = find(closed, "NetworkPolicy", f"muster-{name}")["spec"]
        peers = [to for rule in policy["egress"] for to in rule.get("to", ["anywhere"])]
        check.that(f"egress of the {name}", policy["policyTypes"] == ["Ingress", "Egress"] and
                   peers[:2] == [{"ipBlock": {"cidr": "10.0.0.1/32"}}, "anywhere"] and
                   len(peers) == (2 if name == "uninstall" else 3), policy)
        free = find(objects(render()), "NetworkPolicy", f"muster-{name}")["spec"]
        check.that(f"egress of the {name} is free by default", free["policyTypes"] == ["Ingress"], free)
    bare = objects(render("--set", "uninstall.enabled=false"))
    check.that("no policy without its job", not find(bare, "NetworkPolicy", "muster-uninstall"), "")
    own = objects(render("--set", "coordinator.priorityClassName=high,coordinator.tolerations[0].operator=Exists,"
                         "coordinator.topologySpreadConstraints[0].maxSkew=2,service.ipFamilyPolicy=PreferDualStack,"
                         "service.ipFamilies={IPv6,IPv4},userRoles.enabled=false"))
    pod = find(own, "Deployment", "muster-coordinator")["spec"]["template"]["spec"]
    check.that("a given priority", pod["priorityClassName"] == "high" and not find(
        own, "PriorityClass", "muster-coordinator"), pod)
    check.that("given tolerations are added", len(pod["tolerations"]) == 3, pod["tolerations"])
    check.that("given spread", pod["topologySpreadConstraints"] == [{"maxSkew": 2}], pod["topologySpreadConstraints"])
    service = find(own, "Service", "muster-coordinator")["spec"]
    check.that("address families", (service["ipFamilyPolicy"], service["ipFamilies"]) == (
        "PreferDualStack", ["IPv6", "IPv4"]), service)
    check.that("no roles for users", not find(own, "ClusterRole", "muster-view"), "")
    other = objects(render(release="batch", namespace="jobs"))
    check.that("another release's names", find(other, "DaemonSet", "batch-muster-agent"), "")
    agent = args_of(find(other, "DaemonSet", "batch-muster-agent"))
    check.that("and its Service", "--coordinator=batch-muster-coordinator.jobs.svc:7117" in agent, agent)
    render("--set", "liveness.heartbeat=100ms,liveness.nodeSilentGrace=1m,coordinator.lease.duration=15001ms,"
           "coordinator.lease.renewDeadline=15s")
    for bad, word in (("replicas=2", "replicas"), ("placement=random", "placement"), ("agent.launch=maybe", "launch"),
                      ("coordinator.replicas=0", "replicas"), ("liveness.heartbeat=often", "heartbeat"),
                      ("tls.existingSecret=mine", "tls"), ("service.ipFamilyPolicy=Both", "ipFamilyPolicy"),
                      ("image.pullPolicy=Sometimes", "pullPolicy"),
                      ("liveness.heartbeat=4s", "twice liveness.heartbeat"), ("liveness.heartbeat=0s", "100ms"),
                      ("liveness.nodeSilentGrace=500ms", "twice liveness.heartbeat"),
                      ("liveness.nodeNotReadyGrace=soon", "nodeNotReadyGrace"), ("queue.passLimit=soon", "passLimit"),
                      ("queue.passLimit=1441m", "24 hours"), ("queue.maxHold=1441m", "24 hours"), ("queue.namespaceHolds=9", "namespaceHolds"),
                      ("coordinator.lease.duration=10s", "lease.duration must be above"),
                      ("coordinator.lease.retryPeriod=1m", "renewDeadline above retryPeriod")):
        run = helm("template", "muster", CHART, "--set", bad, check=False)
        check.that("refused: " + bad, run.returncode and word in run.stderr, run.stderr[:200])


def test_flow_control(check):
    """Levels of Muster's own at the API server, before those that the ServiceAccounts of all workloads share."""
    found = objects(render())
    for who in ("agent", "coordinator"):
        schema, level = (find(found, k, f"muster-{who}") for k in ("FlowSchema", "PriorityLevelConfiguration"))
        account = schema["spec"]["rules"][0]["subjects"][0]["serviceAccount"]
        check.that(f"flow of the {who}", account == {"name": f"muster-{who}", "namespace": NAMESPACE} and
                   find(found, "ServiceAccount", account["name"]), account)
        check.that(f"level of the {who}", schema["spec"]["priorityLevelConfiguration"]["name"] == f"muster-{who}" and
                   level["spec"]["type"] == "Limited", level)
        check.that(f"precedence of the {who}", 800 < schema["spec"]["matchingPrecedence"] < 900, schema)
        limits = level["spec"]["limited"]
        check.that(f"the {who} lends its seats and borrows within bounds", limits["lendablePercent"] >= 50 and
                   limits["borrowingLimitPercent"] <= 100, limits)
    lease = find(found, "FlowSchema", "muster-coordinator-lease")["spec"]
    check.that("the Lease is renewed beside those of Kubernetes", lease["matchingPrecedence"] < 850 and
               lease["priorityLevelConfiguration"]["name"] == "leader-election", lease)
    off = objects(render("--set", "flowControl.enabled=false"))
    kinds = ("FlowSchema", "PriorityLevelConfiguration")
    check.that("flowControl.enabled=false", not [o for o in off if o["kind"] in kinds], "")
    rights = ("ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding", "ValidatingAdmissionPolicy")
    same = [o for o in found if o["kind"] in rights] == [o for o in off if o["kind"] in rights]
    check.that("and changes no rights", same, "differs")


def test_flows(server, check):
    """Which flow the API server counts a request to, as its answer says."""
    uids, flow = {}, None
    for kind, plural in (("FlowSchema", "flowschemas"), ("PriorityLevelConfiguration", "prioritylevelconfigurations")):
        _, got = server.request("GET", f"/apis/flowcontrol.apiserver.k8s.io/v1/{plural}")
        uids.update({o["metadata"]["uid"]: o["metadata"]["name"] for o in got["items"]})
        bad = [(o["metadata"]["name"], c) for o in got["items"] if o["metadata"]["name"].startswith("muster")
               for c in o.get("status", {}).get("conditions", []) if c["type"] == "Dangling" and c["status"] == "True"]
        check.that(f"each {kind} is in force", not bad, bad)
    lease = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/muster-coordinator"
    for who, path, schema, level in (
            ("agent", "/api/v1/pods?limit=1", "muster-agent", "muster-agent"),
            ("coordinator", "/api/v1/nodes?limit=1", "muster-coordinator", "muster-coordinator"),
            ("coordinator", lease, "muster-coordinator-lease", "leader-election")):
        for _ in range(50): # the API server takes new schemas over in a moment
            flow = server.flow(path, server.read(f"{who}.token"))
            if [uids.get(f) for f in flow] == [schema, level]:
                break
            time.sleep(0.2)
        check.that(f"flow of {who} {path}", [uids.get(f) for f in flow] == [schema, level], flow)


def test_lint(check, folder):
    run = helm("lint", "--strict", CHART, check=False)
    check.that("helm lint", run.returncode == 0, run.stdout)
    helm("package", CHART, "-d", folder)
    package = os.path.join(folder, next(n for n in os.listdir(folder) if n.endswith(".tgz")))
    packed = helm("template", "muster", package, "-n", NAMESPACE).stdout
    check.that("a package renders the same", packed == render(), "differs")
    version = re.search(r"project\(muster VERSION (\S+)", open(os.path.join(TOP, "CMakeLists.txt")).read()).group(1)
    chart = open(os.path.join(CHART, "Chart.yaml"), encoding="utf-8").read()
    check.that("the chart's version is the project's", f"\nappVersion: {version}\n" in chart, version)


def may(server, user, role, verb, resource, namespace="default"):
    """Whether kube-apiserver lets somebody who has this ClusterRole do it."""
    review = {"spec": {"user": user, "resourceAttributes": {
        "group": "muster.dev", "verb": verb, "resource": resource.partition("/")[0],
        "subresource": resource.partition("/")[2], "namespace": namespace}}}
    _, answer = server.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return answer["status"]["allowed"]


def test_user_roles(server, check):
    """The chart's roles for users, each bound by itself; what Kubernetes' own roles collect by their labels."""
    reads = [(v, r) for v in ("get", "list", "watch")
             for r in ("computejobs", "computejobs/status", "computejobs/scale")]
    writes = [(v, "computejobs") for v in ("create", "update", "patch", "delete", "deletecollection")] + [
        (v, "computejobs/scale") for v in ("update", "patch")]
    never = [("patch", "computejobs/status"), ("patch", "computenodes"), ("delete", "computenodes")]
    for role in ("view", "edit", "admin"):
        user = f"{role}er"
        server.kubectl("create", "rolebinding", user, f"--clusterrole=muster-{role}", f"--user={user}")
        wanted = {r: True for r in reads} | {r: role != "view" for r in writes} | {r: False for r in never}
        found = {r: may(server, user, role, *r) for r in wanted}
        check.that(f"rights of muster-{role}", found == wanted,
                   {r: found[r] for r in wanted if found[r] != wanted[r]})
        check.that(f"muster-{role} elsewhere", not may(server, user, role, "list", "computejobs", "kube-system"), "")
        _, own = server.request("GET", f"/apis/rbac.authorization.k8s.io/v1/clusterroles/muster-{role}")
        check.that(f"Kubernetes' {role} collects muster-{role}", own["metadata"]["labels"].get(
            f"rbac.authorization.k8s.io/aggregate-to-{role}") == "true", own)
        server.kubectl("create", "clusterrolebinding", user, f"--clusterrole=muster-{role}", f"--user={user}")
        check.that(f"muster-{role} in the cluster", may(server, user, role, "list", "computenodes", ""), "")


def test_taken_over(server, check, config):
    """After an uninstall, the definitions belong to the old release: under another name, Helm is told how to go on."""
    other = [*config[:2], "-n", "batch"]
    server.make_namespace("batch")
    run = helm("install", "late", CHART, *other, check=False)
    check.that("definitions of another release", run.returncode and "left by the release muster" in run.stderr, run.stderr)
    commands = re.search(r"kubectl (label .*) && kubectl (annotate .*)", run.stderr.replace('\\"', ""))
    for command in commands.groups():
        server.kubectl(*command.split())
    run = helm("install", "late", CHART, *other, check=False)
    check.that("installed under another name", run.returncode == 0, run.stderr)
    run = helm("install", "muster", CHART, *config, "--set", "crds.enabled=false", check=False)
    check.that("a second Muster is refused", run.returncode and "at most one Muster" in run.stderr, run.stderr)
    check.that("upgraded under another name", helm("upgrade", "late", CHART, *other, check=False).returncode == 0, "")
    helm("uninstall", "late", *other, "--no-hooks")


def test_secret_again(server, check, config):
    """A deleted Secret: the coordinator makes it anew, or an upgrade does; both of one type, and upgrades go on."""
    path = f"/api/v1/namespaces/{NAMESPACE}/secrets"
    for name, kind in (("nobody", None), ("the coordinator", "Opaque"), ("the coordinator of 0.1.0", "kubernetes.io/tls")):
        server.request("DELETE", f"{path}/muster-coordinator-tls")
        if kind:
            made = {"metadata": {"name": "muster-coordinator-tls"}, "type": kind, "data": {"tls.crt": "", "tls.key": ""}}
            check.accepted(f"{name} makes the Secret", server.request(
                "POST", path, made, token=server.read("coordinator.token")))
        run = helm("upgrade", "muster", CHART, *config, check=False)
        check.that(f"upgrade after {name} made the Secret", run.returncode == 0, run.stderr)
        _, got = server.request("GET", f"{path}/muster-coordinator-tls")
        check.that("the type of the Secret", got.get("type") == (kind or "Opaque"), got)


def test_installed(server, check):
    """Install, upgrade and uninstall against the real API server, in a namespace that enforces restricted."""
    config = ["--kubeconfig", os.path.join(server.dir, "kubeconfig"), "-n", NAMESPACE]
    server.make_namespace(NAMESPACE, **{"pod-security.kubernetes.io/enforce": "restricted"})
    run = helm("install", "muster", CHART, *config)
    check.that("NOTES say what to do next", "kubectl get computenodes" in run.stdout, run.stdout)
    filled = {"data": {"tls.crt": "eA=="}}
    secret = f"/api/v1/namespaces/{NAMESPACE}/secrets/muster-coordinator-tls"
    server.request("PATCH", secret, filled, kind="application/merge-patch+json", token=server.read("coordinator.token"))
    helm("upgrade", "muster", CHART, *config, "--set", "logLevel=debug")
    _, got = server.request("GET", secret)
    check.that("an upgrade leaves the certificate alone", got.get("data") == filled["data"], got)
    test_flows(server, check)
    test_secret_again(server, check, config)
    test_user_roles(server, check)
    for kind, name in (("deployments", "muster-coordinator"), ("daemonsets", "muster-agent")):
        _, obj = server.request("GET", f"/apis/apps/v1/namespaces/{NAMESPACE}/{kind}/{name}")
        test_restricted(server, check, name, obj["spec"]["template"])
    for obj in objects(helm("get", "hooks", "muster", *config).stdout):
        if obj["kind"] == "Job":
            test_restricted(server, check, obj["metadata"]["name"], obj["spec"]["template"])
        if obj["kind"] == "Pod":
            test_restricted(server, check, obj["metadata"]["name"], obj)
        if obj["kind"] == "ComputeJob":
            where = obj["metadata"]["namespace"]
            check.that("the job of helm test does not run beside Muster", where == "default", where)
            answer = server.request("POST", f"/apis/muster.dev/v1alpha1/namespaces/{where}/computejobs"
                                    "?fieldValidation=Strict", obj)
            check.accepted("the job of helm test", answer)
    helm("uninstall", "muster", *config, "--no-hooks")
    left = server.kubectl("get", "crd,clusterrole,clusterrolebinding,validatingadmissionpolicy,"
                          "validatingadmissionpolicybinding,flowschema,prioritylevelconfiguration", "-l", "app.kubernetes.io/part-of=muster", "-o",
                          "name").stdout.split()
    check.that("uninstalling leaves the definitions only", left == [
        "customresourcedefinition.apiextensions.k8s.io/computejobs.muster.dev",
        "customresourcedefinition.apiextensions.k8s.io/computenodes.muster.dev"], left)
    left = server.kubectl("-n", NAMESPACE, "get", "all,secret,configmap,lease,sa,role,rolebinding,netpol,pdb", "-o",
                          "name").stdout.split()
    check.that("and nothing in its namespace", not left, left)
    check.that("jobs stay", server.kubectl("-n", "default", "get", "cjob", "-o", "name").stdout.strip(), "gone")
    again = helm("install", "muster", CHART, *config, check=False)
    check.that("it can be installed again", again.returncode == 0, again.stderr)
    helm("uninstall", "muster", *config, "--no-hooks")
    test_taken_over(server, check, config)


def test_restricted(server, check, name, template):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": template["spec"]}
    pod["spec"].setdefault("restartPolicy", "Always")
    answer = server.request("POST", f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All&fieldValidation=Strict", pod)
    check.accepted(f"pod of {name} in a restricted namespace", answer)


def test_uninstall_rights(check):
    """The last job runs after the release is gone, with an account of its own, and may do just its work."""
    hooks = [o for o in objects(render()) if "helm.sh/hook" in o["metadata"].get("annotations", {})]
    last = [o for o in hooks if o["metadata"]["annotations"]["helm.sh/hook"] == "post-delete"]
    check.that("hooks of uninstalling", sorted(o["kind"] for o in last) == [
        "ClusterRole", "ClusterRoleBinding", "Job", "NetworkPolicy", "Role", "RoleBinding", "ServiceAccount"], last)
    weights = {o["kind"]: int(o["metadata"]["annotations"]["helm.sh/hook-weight"]) for o in last}
    check.that("the job comes after its rights", weights.pop("Job") > max(weights.values()), weights)
    rules = find(last, "ClusterRole", "muster-uninstall")["rules"]
    check.that("its rights in the cluster", rules == [{
        "apiGroups": ["muster.dev"], "resources": ["computenodes"], "verbs": ["list", "delete"]}], rules)


def test_helm3(check):
    """Helm 3, where one is at hand, renders the same."""
    other = os.environ.get("MUSTER_HELM3") or shutil.which("helm3")
    if not other:
        print("no Helm 3 here (MUSTER_HELM3, or helm3 in PATH): its check is skipped")
        return
    text = subprocess.run([other, "template", "muster", CHART, "-n", NAMESPACE, "--kube-version", "1.32.0"],
                          check=True, text=True, stdout=subprocess.PIPE).stdout
    key = json.dumps
    same = sorted(map(key, objects(text))) == sorted(map(key, objects(render())))
    check.that("Helm 3 renders the same", same, "differs")


def main():
    check = Checks()
    with tempfile.TemporaryDirectory() as folder:
        test_lint(check, folder)
    for test in (test_definitions, test_rendering, test_pods, test_values, test_flow_control, test_uninstall_rights, test_helm3):
        test(check)
    test_installed(Server(), check)
    check.end(at_least=160)


main()
