using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Described;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Agents.Models;
using Orchestrator.Processes;

namespace Orchestrator.Agents.Tests;

/// <summary>Keys in the environment of a confined agent: those of its own service, and no other one.</summary>
public sealed class ConfinedKeysTests
{
    private const string Description = """
        {"program": "mine", "arguments": {"start": ["{keys}", "-"]}, "stream": {"format": "text"},
         "keys": [
           {"variable": "MINE_API_KEY", "service": "https://a.example/v1", "arguments": ["--url", "{address}/v1"],
            "environment": {"MINE_CONFIG": "{\"a\": {\"url\": \"{address}\"}, \"x\": 1}"}, "unless": {".mine/config": ["url ="]}},
           {"variable": "MINE_OTHER_KEY", "service": "https://b.example",
            "environment": {"MINE_CONFIG": "{\"a\": {\"more\": true}, \"b\": {}}"}}
         ]}
        """;

    private static readonly string[] s_keys =
    [
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_CUSTOM_HEADERS",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AZURE_OPENAI_KEY",
        "CODEX_API_KEY",
        "GEMINI_API_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "MISTRAL_API_KEY",
        "OPENAI_API_KEY",
        "OPENCODE_CONFIG_CONTENT",
        "OPENROUTER_API_KEY",
    ];

    [Theory]
    [InlineData("plain", "")]
    [InlineData("described", "")]
    [InlineData("aider", "ANTHROPIC_API_KEY GEMINI_API_KEY OPENAI_API_KEY OPENROUTER_API_KEY")]
    [InlineData("plain aider", "ANTHROPIC_API_KEY GEMINI_API_KEY OPENAI_API_KEY OPENROUTER_API_KEY")]
    [InlineData("codex", "CODEX_API_KEY OPENAI_API_KEY")]
    [InlineData("gemini", "GEMINI_API_KEY GOOGLE_APPLICATION_CREDENTIALS")]
    [InlineData("opencode", "ANTHROPIC_API_KEY GEMINI_API_KEY OPENAI_API_KEY OPENCODE_CONFIG_CONTENT OPENROUTER_API_KEY")]
    [InlineData("claude", "ANTHROPIC_API_KEY ANTHROPIC_CUSTOM_HEADERS")]
    [InlineData("claude bedrock", "ANTHROPIC_API_KEY ANTHROPIC_CUSTOM_HEADERS AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY")]
    [InlineData("api", "ANTHROPIC_API_KEY ANTHROPIC_CUSTOM_HEADERS")]
    [InlineData("bedrock", "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY")]
    public async Task Prepare_ConfinedAgent_GetsKeysOfItsOwnServiceAlone(string agent, string keys)
    {
        await using AgentFixture agents = new();
        var environment = Environment(agents, [.. s_keys.Select(name => (name, "canary"))]);
        var start = agents.Start() with
        {
            Sandbox = new Sandbox("bwrap"),
            SessionId = "01a210a4-2a11-7030-a1b5-0e171da38ed9",
            AnswerSchema = agent is "api" or "bedrock" ? "{}" : null,
        };

        var prepared = Runner(agent, agents, environment).Prepare(start).Environment;
        var named = Runner(agent, agents, environment).Prepare(start with { Variables = ["MISTRAL_API_KEY"] }).Environment;

        Assert.Equal(keys.Split(' ', StringSplitOptions.RemoveEmptyEntries), Canaries(prepared));
        Assert.Equal(Canaries(prepared).Append("MISTRAL_API_KEY").Order(StringComparer.Ordinal), Canaries(named));
    }

    /// <summary>A token in a header of git's settings is a common way to log in to a server of an organization.</summary>
    [Fact]
    public async Task Prepare_GitSettingsInVariables_AreShownWithoutCredentials()
    {
        await using AgentFixture agents = new();
        var environment = Environment(
            agents,
            ("GIT_CONFIG_COUNT", "3"),
            ("GIT_CONFIG_KEY_0", "http.https://git.example/.extraHeader"),
            ("GIT_CONFIG_VALUE_0", "canary"),
            ("GIT_CONFIG_KEY_1", "safe.directory"),
            ("GIT_CONFIG_VALUE_1", "*"),
            ("GIT_CONFIG_KEY_2", "url.https://canary@git.example/.insteadOf"),
            ("GIT_CONFIG_VALUE_2", "https://git.example/"),
            ("GIT_CONFIG_PARAMETERS", "'http.extraheader=canary'"),
            ("GIT_CONFIG_NOSYSTEM", "1")
        );

        var prepared = Runner("plain", agents, environment).Prepare(agents.Start() with { Sandbox = new Sandbox("bwrap") }).Environment;

        Assert.DoesNotContain(prepared, pair => pair.Value.Contains("canary", StringComparison.Ordinal));
        Assert.Equal(
            ("3", "safe.directory", "*", "gc.auto", "maintenance.auto", "1"),
            (
                prepared["GIT_CONFIG_COUNT"],
                prepared["GIT_CONFIG_KEY_0"],
                prepared["GIT_CONFIG_VALUE_0"],
                prepared["GIT_CONFIG_KEY_1"],
                prepared["GIT_CONFIG_KEY_2"],
                prepared["GIT_CONFIG_NOSYSTEM"]
            )
        );
    }

    [Fact]
    public async Task Prepare_KeyThatStaysOutside_GivesTheProgramTheOtherAddress()
    {
        await using AgentFixture agents = new();
        var start = agents.Start() with { Sandbox = new Sandbox("bwrap") { Door = new ScriptedDoor() } };
        var one = Described(agents, ("MINE_API_KEY", "canary"));
        var both = Described(agents, ("MINE_API_KEY", "canary"), ("MINE_OTHER_KEY", "canary"));

        Assert.Equal(["--url", "http://inside/v1", "-"], one.Prepare(start).Arguments);
        Assert.Equal("""{"a":{"url":"http://inside"},"x":1}""", one.Prepare(start).Environment["MINE_CONFIG"]);
        Assert.Equal("""{"a":{"url":"http://inside","more":true},"x":1,"b":{}}""", both.Prepare(start).Environment["MINE_CONFIG"]);
        Assert.Equal(["MINE_API_KEY", "MINE_OTHER_KEY"], both.Keys.Select(key => key.Variable));
    }

    /// <summary>A ChatGPT login of Codex and a subscription's login of opencode are not keys.</summary>
    [Theory]
    [InlineData("codex", ".codex/auth.json", """{"OPENAI_API_KEY": "k", "tokens": null}""", "CODEX_API_KEY=k")]
    [InlineData("codex", ".codex/auth.json", """{"OPENAI_API_KEY": "k", "tokens": {"access_token": "t"}}""", "CODEX_API_KEY=")]
    [InlineData("opencode", ".local/share/opencode/auth.json", """{"openai": {"type": "api", "key": "k"}}""", "OPENAI_API_KEY=k")]
    [InlineData("opencode", ".local/share/opencode/auth.json", """{"openai": {"type": "oauth", "access": "t"}}""", null)]
    [InlineData("opencode", ".local/share/opencode/auth.json", "no JSON", "OPENAI_API_KEY=")]
    public async Task Keys_OfALoginFile_AreFoundWhereTheProgramUsesThem(string agent, string file, string content, string? expected)
    {
        await using AgentFixture agents = new();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(agents.Home, file))!);
        await File.WriteAllTextAsync(Path.Combine(agents.Home, file), content);

        var keys = Runner(agent, agents, Environment(agents)).Keys;

        var found = keys.Where(key => key.Variable == (agent == "codex" ? "CODEX_API_KEY" : "OPENAI_API_KEY"));
        Assert.Equal(expected, found.Select(key => $"{key.Variable}={key.Find(_ => null)}").FirstOrDefault());
    }

    [Theory]
    [InlineData("no sandbox")]
    [InlineData("network of the machine")]
    [InlineData("named variable")]
    [InlineData("no key")]
    [InlineData("configured by a file")]
    [InlineData("configured by a variable")]
    public async Task Prepare_KeyThatIsPassedOn_ChangesNoAddress(string reason)
    {
        await using AgentFixture agents = new();
        var start = agents.Start() with
        {
            Sandbox = reason switch
            {
                "no sandbox" => null,
                "network of the machine" => new Sandbox("bwrap"),
                _ => new Sandbox("bwrap") { Door = new ScriptedDoor() },
            },
            Variables = reason == "named variable" ? ["MINE_API_KEY"] : [],
        };
        if (reason == "configured by a file")
        {
            Directory.CreateDirectory(Path.Combine(agents.Home, ".mine"));
            await File.WriteAllTextAsync(Path.Combine(agents.Home, ".mine/config"), "url = \"https://gateway.example\"\n");
        }

        var runner = Described(
            agents,
            ("MINE_API_KEY", reason == "no key" ? " " : "canary"),
            ("MINE_CONFIG", reason == "configured by a variable" ? "{}" : "")
        );
        var prepared = runner.Prepare(start);

        Assert.Equal(["-"], prepared.Arguments);
        Assert.DoesNotContain("inside", prepared.Environment.GetValueOrDefault("MINE_CONFIG", ""), StringComparison.Ordinal);
        Assert.Equal(reason.StartsWith("configured", StringComparison.Ordinal), runner.Keys.All(key => key.Variable != "MINE_API_KEY"));
    }

    private static IEnumerable<string> Canaries(IReadOnlyDictionary<string, string> environment) =>
        environment.Where(pair => pair.Value == "canary").Select(pair => pair.Key).Order(StringComparer.Ordinal);

    private static Dictionary<string, string> Environment(AgentFixture agents, params (string Name, string Value)[] more)
    {
        Dictionary<string, string> environment = new() { ["HOME"] = agents.Home, ["PATH"] = "/usr/bin:/bin" };
        foreach (var (name, value) in more)
        {
            environment[name] = value;
        }
        return environment;
    }

    private static DescribedAgentRunner Described(AgentFixture agents, params (string Name, string Value)[] more) =>
        new("mine", AgentDescriptionReader.Read(Description).Description!, null, Environment(agents, more));

    private static IAgentRunner Runner(string agent, AgentFixture agents, Dictionary<string, string> environment) =>
        agent switch
        {
            "plain" => new CommandAgentRunner(agent, ["/opt/mine"], environment),
            "plain aider" => new CommandAgentRunner(agent, ["/opt/aider"], environment),
            "described" => new DescribedAgentRunner(
                agent,
                new AgentDescription
                {
                    Program = "mine",
                    Arguments = new AgentArguments { Start = [] },
                },
                null,
                environment
            ),
            "claude" or "claude bedrock" => new ClaudeCliRunner(
                new ClaudeCliOptions
                {
                    HookCommand = [],
                    Provider = agent == "claude" ? ClaudeProvider.Api : ClaudeProvider.Bedrock,
                    Environment = environment,
                }
            ),
            "api" or "bedrock" => new ModelApiAgentRunner(
                new ModelApiAgentOptions
                {
                    Service = agent == "api" ? ModelServiceKind.Api : ModelServiceKind.Bedrock,
                    Command = ["ask-model"],
                    Conversations = agents.Home,
                    Environment = environment,
                }
            ),
            var name => new DescribedAgentRunner(name, BuiltInAgents.Find(name)!, null, environment),
        };

    private sealed class ScriptedDoor : ISandboxNetworkProvider
    {
        public string ServiceAddress => "http://inside";

        public Task<SandboxNetwork> OpenAsync(IDictionary<string, string?> environment, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
