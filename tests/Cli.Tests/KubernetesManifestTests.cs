using Orchestrator.TestKit;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Cli.Tests;

/// <summary>The manifest for workers in a cluster, whose parts must agree with each other and with the program.</summary>
public class KubernetesManifestTests
{
    /// <summary>Fields that the manifest uses of the API's objects: another one may be misspelt, which a server drops silently.</summary>
    private static readonly Dictionary<string, string[]> Fields = new()
    {
        ["ConfigMap"] = ["apiVersion", "kind", "metadata", "data"],
        ["Service"] = ["apiVersion", "kind", "metadata", "spec"],
        ["StatefulSet"] = ["apiVersion", "kind", "metadata", "spec"],
        ["spec"] = ["serviceName", "replicas", "podManagementPolicy", "selector", "template", "volumeClaimTemplates"],
        ["pod"] =
        [
            "terminationGracePeriodSeconds",
            "shareProcessNamespace",
            "automountServiceAccountToken",
            "securityContext",
            "initContainers",
            "containers",
            "volumes",
        ],
        ["container"] = ["name", "image", "command", "args", "workingDir", "env", "volumeMounts", "resources"],
        ["mount"] = ["name", "mountPath", "subPath", "readOnly"],
    };

    private static readonly Dictionary<string, YamlMappingNode> Objects = Read();

    [Fact]
    public void Manifest_EachObject_HasOnlyKnownFields()
    {
        var (workers, pod) = (Objects["StatefulSet"], Pod());

        Assert.Equal(["ConfigMap", "Service", "StatefulSet"], Objects.Keys.Order());
        Assert.All(Objects, one => Assert.Subset(Fields[one.Key].ToHashSet(), Keys(one.Value)));
        Assert.Equal(("apps/v1", "v1", "v1"), (Version("StatefulSet"), Version("Service"), Version("ConfigMap")));
        Assert.Subset(Fields["spec"].ToHashSet(), Keys(workers["spec"]));
        Assert.Subset(Fields["pod"].ToHashSet(), Keys(pod));
        Assert.All(Containers(), container => Assert.Subset(Fields["container"].ToHashSet(), Keys(container)));
        Assert.All(Containers().SelectMany(Mounts), mount => Assert.Subset(Fields["mount"].ToHashSet(), Keys(mount)));

        string Version(string kind) => Objects[kind]["apiVersion"].ToString();
    }

    [Fact]
    public void Manifest_Names_ReferToWhatIsThere()
    {
        var spec = Objects["StatefulSet"]["spec"];
        var labels = spec["template"]["metadata"]["labels"];

        Assert.Equal(labels, spec["selector"]["matchLabels"]);
        Assert.Equal(labels, Objects["Service"]["spec"]["selector"]);
        Assert.Equal(
            ("None", Objects["Service"]["metadata"]["name"]),
            (Objects["Service"]["spec"]["clusterIP"].ToString(), spec["serviceName"])
        );
        var volumes = Items(Pod()["volumes"]).Select(volume => volume["name"].ToString());
        var claims = Items(spec["volumeClaimTemplates"]).Select(claim => claim["metadata"]["name"].ToString());
        Assert.All(Containers().SelectMany(Mounts), mount => Assert.Contains(mount["name"].ToString(), volumes.Concat(claims)));
        Assert.Equal(Objects["ConfigMap"]["metadata"]["name"], Items(Pod()["volumes"]).First()["configMap"]["name"]);
        var environment = Containers().SelectMany(container => Items(container["env"])).Where(one => Keys(one).Contains("valueFrom"));
        Assert.All(
            environment,
            one => Assert.Contains(one["valueFrom"]["configMapKeyRef"]["key"].ToString(), Keys(Objects["ConfigMap"]["data"]))
        );
        Assert.All(
            Containers().SelectMany(Mounts).Where(mount => mount["name"].ToString() == "config" && Keys(mount).Contains("subPath")),
            mount => Assert.Contains(mount["subPath"].ToString(), Keys(Objects["ConfigMap"]["data"]))
        );
    }

    [Fact]
    public void Manifest_OfAWorker_UsesOptionsSettingsAndTheImageOfTheProgram()
    {
        var (commands, settings) = (Page("commands"), Page("settings"));
        var worker = Assert.Single(Items(Pod()["containers"]));
        var dockerfile = File.ReadAllText(RepositoryFiles.Path("Dockerfile"));

        Assert.Equal("worker", Items(worker["args"]).First().ToString());
        Assert.All(
            Items(worker["args"]).Select(word => word.ToString()).Where(word => word.StartsWith('-')),
            option => Assert.Contains($"`{option}", commands, StringComparison.Ordinal)
        );
        var configuration = (YamlMappingNode)Parse(Objects["ConfigMap"]["data"]["config.yaml"].ToString()).Single();
        Assert.All(
            configuration.Children.SelectMany(section => Keys(section.Value).Select(key => $"| `{section.Key}.{key}` |")),
            key => Assert.Contains(key, settings, StringComparison.Ordinal)
        );
        // The user, the home and the file with the key are the image's.
        Assert.Contains("USER 1000:1000", dockerfile, StringComparison.Ordinal);
        Assert.Equal("1000", Pod()["securityContext"]["runAsUser"].ToString());
        Assert.Contains("ENV HOME=/home/worker", dockerfile, StringComparison.Ordinal);
        Assert.All(
            ["/home/worker", "/run/secrets/anthropic_api_key"],
            path => Assert.Contains(path, Mounts(worker).Select(mount => mount["mountPath"].ToString()))
        );
        Assert.Contains("key=/run/secrets/anthropic_api_key", dockerfile, StringComparison.Ordinal);
    }

    private static YamlNode Pod() => Objects["StatefulSet"]["spec"]["template"]["spec"];

    private static IEnumerable<YamlNode> Containers() => Items(Pod()["initContainers"]).Concat(Items(Pod()["containers"]));

    private static IEnumerable<YamlNode> Mounts(YamlNode container) => Items(container["volumeMounts"]);

    private static IEnumerable<YamlNode> Items(YamlNode list) => (YamlSequenceNode)list;

    private static HashSet<string> Keys(YamlNode node) => [.. ((YamlMappingNode)node).Children.Keys.Select(key => key.ToString())];

    private static string Page(string name) => File.ReadAllText(RepositoryFiles.Path($"docs/reference/{name}.md"));

    private static Dictionary<string, YamlMappingNode> Read() =>
        Parse(File.ReadAllText(RepositoryFiles.Path("samples/kubernetes/workers.yaml")))
            .Cast<YamlMappingNode>()
            .ToDictionary(one => one["kind"].ToString());

    private static IEnumerable<YamlNode> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Select(document => document.RootNode);
    }
}
