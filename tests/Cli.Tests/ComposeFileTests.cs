using System.Runtime.CompilerServices;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Cli.Tests;

public class ComposeFileTests
{
    [Fact]
    public void ComposeFile_AsItIs_HasServerDatabaseUiAndOurWorker()
    {
        var root = Root();
        var stream = new YamlStream();
        using (var reader = new StreamReader(Path.Combine(root, "docker-compose.temporal.yml")))
        {
            stream.Load(reader);
        }

        var services = (YamlMappingNode)stream.Documents[0].RootNode["services"];
        Assert.Equal(["postgresql", "temporal", "ui", "worker"], services.Children.Keys.Select(key => key.ToString()).Order());
        Assert.StartsWith("postgres:", services["postgresql"]["image"].ToString(), StringComparison.Ordinal);
        Assert.Equal("postgresql", services["temporal"]["environment"]["POSTGRES_SEEDS"].ToString());
        Assert.Equal("temporal:7233", services["ui"]["environment"]["TEMPORAL_ADDRESS"].ToString());
        Assert.Equal("temporal:7233", services["worker"]["environment"]["TEMPORAL_ADDRESS"].ToString());
        Assert.Equal(".", services["worker"]["build"].ToString());
        foreach (var (name, service) in services.Children)
        {
            foreach (var port in ((YamlMappingNode)service).Children.TryGetValue("ports", out var ports) ? (YamlSequenceNode)ports : [])
            {
                Assert.True(
                    port.ToString().StartsWith("127.0.0.1:", StringComparison.Ordinal),
                    $"{name} is reachable from other machines: {port}"
                );
            }
            if (((YamlMappingNode)service).Children.TryGetValue("depends_on", out var needed))
            {
                Assert.All(Names(needed), other => Assert.Contains(other, services.Children.Keys.Select(key => key.ToString())));
            }
        }

        var command = File.ReadAllText(Path.Combine(root, "Dockerfile"));
        Assert.Contains("CMD [\"worker\", \"--yes\"]", command, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(YamlNode needed) =>
        needed is YamlMappingNode mapping
            ? mapping.Children.Keys.Select(key => key.ToString())
            : ((YamlSequenceNode)needed).Select(item => item.ToString());

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "Orchestrator.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return folder;
    }
}
