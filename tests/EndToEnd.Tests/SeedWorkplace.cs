using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// A repository with a home and a PATH of its own, in which an example of an older tool is run as its users would: <c>claude</c> is a
/// program that plays it,
/// test runners and the like are stubs that note how they were called.
/// </summary>
internal sealed class SeedWorkplace : IDisposable
{
    private static readonly string[] Stubs = ["pytest", "npm", "uv", "ruff", "notify-send"];
    private readonly OrchestrateProgram _orchestrate;

    private SeedWorkplace(TemporaryRepository repository)
    {
        Repository = repository;
        Home = Directory.CreateDirectory(repository.Beside("home")).FullName;
        var programs = Directory.CreateDirectory(repository.Beside("programs")).FullName;
        foreach (var stub in Stubs)
        {
            WriteProgram(Path.Combine(programs, stub), $"echo \"{stub} $*\" >> \"{Calls}\"");
        }
        WriteProgram(Path.Combine(programs, "claude"), $"exec \"{RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent")}\" \"$@\"");
        WriteProgram(Path.Combine(programs, "orchestrate"), $"exec \"{OrchestrateProgram.Path}\" \"$@\"");
        var environment = ClaudeProgram.CreateChanges(Home, "http://127.0.0.1:9", asSubscription: true);
        environment["PATH"] = programs + ":" + Environment.GetEnvironmentVariable("PATH");
        environment["XDG_CONFIG_HOME"] = null;
        environment["FAKE_AGENT_SCRIPT"] = Script;
        _orchestrate = new OrchestrateProgram(repository.Path, environment);
    }

    public TemporaryRepository Repository { get; }

    public string Home { get; }

    /// <summary>Calls of the stubs, one per line.</summary>
    public string Calls => Repository.Beside("calls");

    private string Script => Repository.Beside("script.json");

    /// <summary>A repository with branch main and without commits.</summary>
    public static async Task<SeedWorkplace> CreateAsync() => new(await TemporaryRepository.CreateEmptyAsync());

    /// <summary>The text of an example as its tool's own description has it.</summary>
    public static string Seed(string name) => File.ReadAllText(RepositoryFiles.Path("tests/EndToEnd.Tests/Seeds/" + name));

    /// <summary>Sets the agent's steps for each task, which the fake agent executes.</summary>
    public void Play(params (string Task, JsonArray Steps)[] tasks) =>
        File.WriteAllText(
            Script,
            new JsonObject
            {
                ["tasks"] = new JsonObject(tasks.Select(task => new KeyValuePair<string, JsonNode?>(task.Task, new JsonArray(task.Steps)))),
            }.ToJsonString()
        );

    public async Task<(int ExitCode, string Output, string People)> RunAsync(params string[] arguments)
    {
        var result = await _orchestrate.RunAsync(arguments);
        return (result.ExitCode, result.StandardOutput.Text, result.StandardError.Text);
    }

    /// <summary>The document a command prints.</summary>
    public async Task<JsonNode> JsonAsync(params string[] arguments) => JsonNode.Parse((await RunAsync([.. arguments, "--json"])).Output)!;

    public static JsonObject Write(string file, string text) => new() { ["write"] = file, ["text"] = text };

    public static JsonObject Notes(string file) =>
        Write(file, "## Summary\nDone.\n\n## Key Decisions\nNone.\n\n## Files Modified\nSee the commit.\n");

    public static JsonObject Call(params string[] command) =>
        new() { ["run"] = new JsonArray([.. command.Select(part => (JsonNode)part)]) };

    /// <summary>An answer of a planner.</summary>
    public static JsonObject Answer(string json) => new() { ["result"] = new JsonObject { ["structured_output"] = JsonNode.Parse(json) } };

    public static JsonObject SubAgent(string name) =>
        new()
        {
            ["tool"] = "Task",
            ["input"] = new JsonObject { ["subagent_type"] = name, ["prompt"] = "Please." },
        };

    public void Dispose() => Repository.Dispose();

    private static void WriteProgram(string path, string body)
    {
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
