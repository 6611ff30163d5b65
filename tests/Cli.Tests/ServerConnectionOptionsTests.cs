using Orchestrator.Cli.Console;
using Orchestrator.Settings;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A Temporal server is reached by our settings and by what the official tools read.</summary>
public sealed class ServerConnectionOptionsTests
{
    [Theory]
    [InlineData("localhost", "localhost:7233")]
    [InlineData("cluster.example:443", "cluster.example:443")]
    [InlineData("[::1]", "[::1]:7233")]
    [InlineData("[::1]:8000", "[::1]:8000")]
    [InlineData("http://localhost:7000", "localhost:7000")]
    [InlineData("https://cluster.example/", "cluster.example:7233", true)]
    public void Options_Address_HasAPort(string given, string target, bool isSecure = false)
    {
        using var cli = new CliFixture();

        var options = Options(cli, given);

        Assert.Equal((target, isSecure), (options.TargetHost, options.Tls is not null));
    }

    [Fact]
    public void Options_Socket_IsReachedAsAProxy()
    {
        using var cli = new CliFixture();

        Assert.Equal("unix:/run/engine.sock", Options(cli, "unix:/run/engine.sock").HttpConnectProxy?.TargetHost);
    }

    [Fact]
    public void Options_ProfileOfThisServer_FillsWhatTheSettingsDoNotSay()
    {
        using var cli = WithProfile("address = \"cluster.example\"");

        var options = Options(cli, "cluster.example:7233");

        Assert.Equal(("made", "secret", "the-server"), (options.Namespace, options.ApiKey, options.Tls?.Domain));
        Assert.Equal("CA"u8.ToArray(), options.Tls?.ServerRootCACert);
        Assert.Contains(new KeyValuePair<string, string>("team", "blue"), options.RpcMetadata!);
        Assert.Equal("mine", Options(cli, "cluster.example", "mine").Namespace);
        Assert.Equal("default", Options(cli, "cluster.example", "default").Namespace);
    }

    [Theory]
    [InlineData("address = \"other.example\"", false)]
    [InlineData("", true)]
    public void Options_ServerThatTheProfileIsNotFor_GetsNoKeyAndNoCertificate(string address, bool ofRepository)
    {
        using var cli = WithProfile(address);

        var options = Options(cli, "cluster.example", isOfRepository: ofRepository);

        Assert.Equal((null, null, "default"), (options.ApiKey, options.Tls, options.Namespace));
        Assert.Empty(options.RpcMetadata ?? []);
    }

    [Fact]
    public void Options_ProfileThatIsNotThere_SaysWhatToCorrect()
    {
        using var cli = WithProfile("");
        cli.Environment["TEMPORAL_PROFILE"] = "nowhere";

        var fault = Assert.Throws<UseCaseException>(() => Options(cli, "localhost"));

        Assert.Equal(UseCaseOutcome.Usage, fault.Outcome);
        Assert.Contains("nowhere", fault.Message, StringComparison.Ordinal);
        Assert.Contains("temporal.toml", fault.Cure, StringComparison.Ordinal);
    }

    /// <summary>TLS with an authority of one's own, and a key: by the variables of the official tools.</summary>
    [Fact]
    public async Task Run_ServerWithAnAuthorityOfItsOwn_IsReachedByTheOfficialVariables()
    {
        using var cli = RunCommandTests.Repository("echo x > a.txt");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");
        TestCertificate.Write(cli);
        cli.Environment["ENGINE_KEY"] = "open sesame";
        using var interrupts = new InterruptHandler();
        var terminal = new RecordingTerminal();
        string[] server =
        [
            "server",
            "--db",
            "e.db",
            "--port",
            "0",
            "--tls-cert",
            "cert.pem",
            "--tls-key",
            "key.pem",
            "--api-key",
            "$ENGINE_KEY",
        ];
        var serving = cli.RunAsync(terminal, interrupts, server);
        await Wait.UntilAsync(() => terminal.People.Contains("--address ", StringComparison.Ordinal) || serving.IsCompleted);
        Assert.False(serving.IsCompleted, terminal.People);
        var address = "localhost:" + terminal.People.Split("--address ")[1].Split(' ', '\n')[0].Split(':')[^1].TrimEnd('.', '\'');

        var without = await cli.RunAsync("run", "--yes", "--address", address);
        cli.Environment["TEMPORAL_TLS_SERVER_CA_CERT_PATH"] = Path.Combine(cli.Folder, "cert.pem");
        cli.Environment["TEMPORAL_API_KEY"] = "open sesame";
        var missing = await cli.RunAsync("run", "--yes", "--address", address, "--namespace", "nowhere");
        var run = await cli.RunAsync("run", "--yes", "--address", address);
        interrupts.Raise();
        await serving;

        Assert.Equal((int)UseCaseOutcome.Unavailable, without.ExitCode);
        Assert.Equal((int)UseCaseOutcome.Unavailable, missing.ExitCode);
        Assert.Contains("has no namespace nowhere", missing.People, StringComparison.Ordinal);
        Assert.Contains("temporal operator namespace create --namespace nowhere", missing.People, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal("x\n", cli.Read("a.txt"));
    }

    [Fact]
    public async Task Address_InAProfileAlone_IsNotSpokenTo()
    {
        using var cli = WithProfile("address = \"127.0.0.1:1\"").WithRepository();
        using var plain = new CliFixture().WithRepository();

        foreach (
            var words in (string[][])
                [
                    ["config", "get", "temporal.address"],
                    ["resume"],
                ]
        )
        {
            var (told, usual) = (await cli.RunAsync(words), await plain.RunAsync(words));
            Assert.Equal((usual.ExitCode, usual.Output), (told.ExitCode, told.Output));
            Assert.DoesNotContain("127.0.0.1", told.People, StringComparison.Ordinal);
        }
    }

    private static CliFixture WithProfile(string address)
    {
        var cli = new CliFixture();
        cli.Environment["TEMPORAL_CONFIG_FILE"] = cli.Write(
            "temporal.toml",
            $"""
            [profile.default]
            {address}
            namespace = "made"
            api_key = "secret"
            [profile.default.tls]
            server_name = "the-server"
            server_ca_cert_data = "CA"
            [profile.default.grpc_meta]
            team = "blue"
            """
        );
        return cli;
    }

    private static TemporalClientConnectOptions Options(CliFixture cli, string address, string? name = null, bool isOfRepository = false)
    {
        using var interrupts = new InterruptHandler();
        return ServerConnectionOptions.Options(
            new TemporalSettings(address, name ?? TemporalSettings.DefaultNamespace, Tls: false, ApiKey: null)
            {
                IsAddressOfRepository = isOfRepository,
                IsNamespaceSet = name is not null,
            },
            new CliCommandServiceBundle(new RecordingTerminal(), cli.Environment, cli.Folder, TimeProvider.System, interrupts)
            {
                CallAsync = (_, _) => Task.FromResult(UseCaseOutcome.Done),
            }
        );
    }
}
