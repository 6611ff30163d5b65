using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A repository, a scripted Messages API and the real Claude CLI, driven by the built <c>orchestrate</c> as a user would.</summary>
internal sealed class ClaudeRepository : IAsyncDisposable
{
    private readonly OrchestrateProgram _program;

    private ClaudeRepository(TemporaryRepository repository, ScriptedMessagesApi api, OrchestrateProgram program)
    {
        Repository = repository;
        Api = api;
        _program = program;
    }

    public TemporaryRepository Repository { get; }

    public ScriptedMessagesApi Api { get; }

    public static async Task<ClaudeRepository> CreateAsync(string configuration, string plan, bool asSubscription, ApiRule[] rules, params (string File, string Content)[] files)
    {
        var program = await ClaudeProgram.PathAsync();
        var api = await ScriptedMessagesApi.StartAsync(rules);
        var repository = await TemporaryRepository.CreateAsync();
        repository.Write(".orchestrator/config.yaml", $"agents:\n  claude: {{ command: [{JsonSerializer.Serialize(program)}] }}\n{configuration}");
        repository.Write("tasks.yaml", plan);
        await repository.CommitAsync("files", [("README.md", "a test\n"), .. files]);
        var home = repository.Beside("home");
        Directory.CreateDirectory(home);
        var environment = ClaudeProgram.CreateEnvironment(home, api.Url, asSubscription).ToDictionary(v => v.Key, v => (string?)v.Value);
        environment["XDG_RUNTIME_DIR"] = repository.Beside("runtime");
        environment["XDG_CACHE_HOME"] = repository.Beside("cache");
        environment["XDG_CONFIG_HOME"] = null;
        return new ClaudeRepository(repository, api, new OrchestrateProgram(repository.Path, environment));
    }

    public Task<ProcessResult> OrchestrateAsync(params string[] arguments) => _program.RunAsync(arguments);

    public async Task<JsonNode> StatusAsync() => JsonNode.Parse((await _program.RunAsync("status", "--json")).StandardOutput.Text)!;

    /// <summary>The folders of a task's agent starts.</summary>
    public string[] Starts(string task) =>
        [.. Directory.GetDirectories(Repository[".orchestrator/runs"]).SelectMany(run => Directory.GetDirectories(Path.Combine(run, "tasks", task))).Where(d => int.TryParse(Path.GetFileName(d), out _)).Order()];

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        Repository.Dispose();
    }
}
