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
        cluster = obj["kind"].startswith(("Cluster", "Custom", "Validating"))
        check.that("namespace of " + name, obj["metadata"].get("namespace") == (None if cluster else NAMESPACE), obj)
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
    affinity = deployment["affinity"]["podAntiAffinity"]
    check.that("anti-affinity is soft", list(affinity) == ["preferredDuringSchedulingIgnoredDuringExecution"], affinity)
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
                           "liveness.nodeSilentGrace=9s,coordinator.replicas=1", "--set",
                           "image.repository=r/m,image.tag=x,networkPolicy.enabled=false,"
                           "podDisruptionBudget.enabled=false,uninstall.enabled=false"))
    deployment, daemons = find(found, "Deployment", "muster-coordinator"), find(found, "DaemonSet", "muster-agent")
    for option in ("--agent-launch=false", "--default-image=a/b:1", "--placement=pack", "--node-silent-grace=9s",
                   "--log-level=debug", "--agent-service-account=muster-system:muster-agent"):
        check.that("coordinator has " + option, option in args_of(deployment), args_of(deployment))
    check.that("agent has --launch=false", "--launch=false" in args_of(daemons), args_of(daemons))
    image = daemons["spec"]["template"]["spec"]["containers"][0]["image"]
    check.that("image", image == "r/m:x", image)
    left_out = [o["kind"] for o in found if o["kind"] in ("NetworkPolicy", "PodDisruptionBudget", "Job")]
    check.that("what is switched off is left out", not left_out, left_out)
    given = render("--set", "tls.existingSecret=mine,tls.existingCAConfigMap=bundle")
    check.that("given TLS", "--tls-secret=mine" in given and "--ca-configmap=bundle" in given and
               "kind: Secret\n" not in given, "")
    other = objects(render(release="batch", namespace="jobs"))
    check.that("another release's names", find(other, "DaemonSet", "batch-muster-agent"), "")
    agent = args_of(find(other, "DaemonSet", "batch-muster-agent"))
    check.that("and its Service", "--coordinator=batch-muster-coordinator.jobs.svc:7117" in agent, agent)
    render("--set", "liveness.heartbeat=100ms,liveness.nodeSilentGrace=1m,coordinator.lease.duration=15001ms,"
           "coordinator.lease.renewDeadline=15s")
    for bad, word in (("replicas=2", "replicas"), ("placement=random", "placement"), ("agent.launch=maybe", "launch"),
                      ("coordinator.replicas=0", "replicas"), ("liveness.heartbeat=often", "heartbeat"),
                      ("tls.existingSecret=mine", "tls"), ("image.pullPolicy=Sometimes", "pullPolicy"),
                      ("liveness.heartbeat=4s", "twice liveness.heartbeat"), ("liveness.heartbeat=0s", "100ms"),
                      ("liveness.nodeSilentGrace=500ms", "twice liveness.heartbeat"),
                      ("coordinator.lease.duration=10s", "lease.duration must be above"),
                      ("coordinator.lease.retryPeriod=1m", "renewDeadline above retryPeriod")):
        run = helm("template", "muster", CHART, "--set", bad, check=False)
        check.that("refused: " + bad, run.returncode and word in run.stderr, run.stderr[:200])


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
    for kind, name in (("deployments", "muster-coordinator"), ("daemonsets", "muster-agent")):
        _, obj = server.request("GET", f"/apis/apps/v1/namespaces/{NAMESPACE}/{kind}/{name}")
        test_restricted(server, check, name, obj["spec"]["template"])
    for obj in objects(helm("get", "hooks", "muster", *config).stdout):
        if obj["kind"] == "Job":
            test_restricted(server, check, obj["metadata"]["name"], obj["spec"]["template"])
        if obj["kind"] == "Pod":
            test_restricted(server, check, obj["metadata"]["name"], obj)
        if obj["kind"] == "ComputeJob":
            answer = server.request("POST", f"/apis/muster.dev/v1alpha1/namespaces/{NAMESPACE}/computejobs"
                                    "?fieldValidation=Strict", obj)
            check.accepted("the job of helm test", answer)
    helm("uninstall", "muster", *config, "--no-hooks")
    left = server.kubectl("get", "crd,clusterrole,clusterrolebinding,validatingadmissionpolicy,"
                          "validatingadmissionpolicybinding", "-l", "app.kubernetes.io/part-of=muster", "-o",
                          "name").stdout.split()
    check.that("uninstalling leaves the definitions only", left == [
        "customresourcedefinition.apiextensions.k8s.io/computejobs.muster.dev",
        "customresourcedefinition.apiextensions.k8s.io/computenodes.muster.dev"], left)
    left = server.kubectl("-n", NAMESPACE, "get", "all,secret,configmap,lease,sa,role,rolebinding,netpol,pdb", "-o",
                          "name").stdout.split()
    check.that("and nothing in its namespace", not left, left)
    check.that("jobs stay", server.kubectl("-n", NAMESPACE, "get", "cjob", "-o", "name").stdout.strip(), "gone")
    again = helm("install", "muster", CHART, *config, check=False)
    check.that("it can be installed again", again.returncode == 0, again.stderr)


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
        "ClusterRole", "ClusterRoleBinding", "Job", "Role", "RoleBinding", "ServiceAccount"], last)
    weights = {o["kind"]: int(o["metadata"]["annotations"]["helm.sh/hook-weight"]) for o in last}
    check.that("the job comes after its rights", weights.pop("Job") > max(weights.values()), weights)
    rules = find(last, "ClusterRole", "muster-uninstall")["rules"]
    check.that("its rights in the cluster", rules == [{
        "apiGroups": ["muster.dev"], "resources": ["computenodes"], "verbs": ["get", "list", "delete"]}], rules)


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
    for test in (test_definitions, test_rendering, test_pods, test_values, test_uninstall_rights, test_helm3):
        test(check)
    test_installed(Server(), check)
    check.end(at_least=130)


main()
