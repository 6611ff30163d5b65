using System.Runtime.CompilerServices;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Cli.Tests;

public class ComposeFileTests
{
    /// <summary>The keys of the Compose specification that we use; any other key may be a typo.</summary>
    private static readonly string[] ServiceKeys =
    [
        "build",
        "command",
        "configs",
        "depends_on",
        "entrypoint",
        "environment",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "ports",
        "restart",
        "secrets",
        "stop_grace_period",
        "user",
        "volumes",
        "working_dir",
    ];

    [Fact]
    public void ComposeFile_AsItIs_HasServerDatabaseUiAndOurWorker()
    {
        var root = Root();
        var document = Read("docker-compose.temporal.yml");
        var services = (YamlMappingNode)document["services"];
        Assert.Equal(
            ["namespace", "postgresql", "schema", "temporal", "ui", "worker"],
            services.Children.Keys.Select(key => key.ToString()).Order()
        );
        Assert.StartsWith("postgres:", services["postgresql"]["image"].ToString(), StringComparison.Ordinal);
        Assert.Equal("postgresql", services["temporal"]["environment"]["POSTGRES_SEEDS"].ToString());
        Assert.Equal("temporal:7233", services["ui"]["environment"]["TEMPORAL_ADDRESS"].ToString());
        Assert.Equal("temporal:7233", services["worker"]["environment"]["TEMPORAL_ADDRESS"].ToString());
        Assert.Equal(".", services["worker"]["build"].ToString());

        Assert.Equal("temporalio/server:1.32", services["temporal"]["image"].ToString());
        Assert.StartsWith("temporalio/ui:2.54", services["ui"]["image"].ToString(), StringComparison.Ordinal);
        Assert.All(["schema", "namespace"], name => Assert.Equal("temporalio/admin-tools:1.32", services[name]["image"].ToString()));
        var setUp = Assert.Single(Names(services["namespace"]["command"]));
        Assert.All(
            Messages.RunSearchAttributes.Types,
            attribute => Assert.Contains($" {attribute.Key}={attribute.Value}", setUp, StringComparison.Ordinal)
        );
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

        var worker = (YamlMappingNode)services["worker"];
        Assert.Equal(("true", "30s", "orchestrate-worker"), (Of("init"), Of("stop_grace_period"), Of("hostname")));
        Assert.Matches("^[$][{]WORKER_UID:-[1-9]", Of("user"));
        string[] mounts = [.. Names(worker["volumes"])];
        Assert.EndsWith(":${REPOSITORY}", mounts[0], StringComparison.Ordinal);
        Assert.Equal(mounts[0][..^":${REPOSITORY}".Length], Of("working_dir"));
        Assert.Equal("home:/home/worker", mounts[1]);
        Assert.DoesNotContain("ANTHROPIC", worker["environment"].ToString(), StringComparison.Ordinal);
        Assert.Equal(Names(worker["secrets"]), ((YamlMappingNode)document["secrets"]).Children.Keys.Select(key => key.ToString()));
        Assert.All(
            mounts.Append("postgresql:").Where(mount => !mount.StartsWith('$')).Select(mount => mount.Split(':')[0]),
            volume => Assert.Contains(volume, ((YamlMappingNode)document["volumes"]).Children.Keys.Select(key => key.ToString()))
        );
        Assert.All(
            services.Children.Values.SelectMany(service => ((YamlMappingNode)service).Children.Keys).Select(key => key.ToString()),
            key => Assert.Contains(key, ServiceKeys)
        );

        var command = File.ReadAllText(Path.Combine(root, "Dockerfile"));
        var pinned = File.ReadAllText(Path.Combine(root, "scripts", "install-claude")).Split("CLAUDE_CLI_VERSION:-")[1].Split('}')[0];
        Assert.Contains($"ARG CLAUDE_CLI_VERSION={pinned}\n", command, StringComparison.Ordinal);
        Assert.Contains("USER 1000:1000", command, StringComparison.Ordinal);
        Assert.Contains("CMD [\"worker\", \"--yes\"]", command, StringComparison.Ordinal);

        string Of(string key) => worker[key].ToString();
    }

    [Fact]
    public void SecondWorker_IsAMachineOfItsOwnThatSharesWithTheFirst()
    {
        var first = (YamlMappingNode)Read("docker-compose.temporal.yml")["services"]["worker"];
        var document = Read("docker-compose.two-workers.yml");
        var (more, second) = (document["services"]["worker"], (YamlMappingNode)document["services"]["worker-2"]);
        var shared = (YamlMappingNode)more["environment"];

        Assert.NotEqual(first["hostname"], second["hostname"]);
        // What is like in both stands in both: a service can't extend one of another file that has what it depends on.
        string[] alike = ["build", "user", "init", "stop_grace_period", "restart", "secrets"];
        Assert.All(alike, key => Assert.Equal(first[key], second[key]));
        Assert.Equal(first["environment"]["TEMPORAL_ADDRESS"], second["environment"]["TEMPORAL_ADDRESS"]);
        Assert.Equal(shared, second["environment"]["<<"]);
        var (settings, commands) = (Manual("settings.md"), Manual("commands.md"));
        Assert.All(Names(shared), variable => Assert.Contains($"`{variable}`", settings, StringComparison.Ordinal));
        string[] mounts = [.. Names(second["volumes"])];
        Assert.Equal(mounts[0][..^":${SECOND_REPOSITORY}".Length], second["working_dir"].ToString());
        Assert.Equal(Names(more["volumes"]).Single(), mounts[1]);
        Assert.Equal("home-2:/home/worker", mounts[2]);
        Assert.Contains("home-2", Names(document["volumes"]));
        Assert.All(second.Children.Keys.Select(key => key.ToString()), key => Assert.Contains(key, ServiceKeys));
        Assert.All(
            Names(second["command"]).Where(word => word.StartsWith('-')),
            option => Assert.Contains($"`{option}", commands, StringComparison.Ordinal)
        );
    }

    private static string Manual(string page) => File.ReadAllText(Path.Combine(Root(), "docs", "reference", page));

    private static YamlMappingNode Read(string file)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(Path.Combine(Root(), file));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
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
