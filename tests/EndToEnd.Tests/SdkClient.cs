using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The official TypeScript client, which knows of a run nothing but its id and what the documents say.</summary>
/// <param name="address">The server's address.</param>
/// <param name="run">The run.</param>
internal sealed class SdkClient(string address, string run)
{
    private static readonly string Packages = RepositoryFiles.Path("tests/Conformance");

    /// <summary>Starts the run.</summary>
    public async Task StartAsync(string input) => Accepted(await CallAsync("start", input));

    /// <summary>Starts the run with the plan of a repository.</summary>
    public Task StartPlanAsync(string repository) =>
        StartAsync(
            new JsonObject
            {
                ["repository"] = repository,
                ["planFile"] = "tasks.yaml",
                ["yes"] = true,
            }.ToJsonString()
        );

    /// <summary>The run's answer to its status query.</summary>
    public async Task<JsonNode> StatusAsync() => Accepted(await CallAsync("query", "status", "0", "100"))!;

    /// <summary>Waits until the run says so.</summary>
    public Task<JsonNode> UntilAsync(Func<JsonNode, bool> holds) =>
        Eventually.AskAsync(async () => await StatusAsync() is var status && holds(status) ? status : null, TimeSpan.FromSeconds(150));

    /// <summary>Has an update carried out.</summary>
    /// <returns>Its answer.</returns>
    public async Task<JsonNode> UpdateAsync(string name, params string[] arguments) =>
        Accepted(await CallAsync(["update", name, .. arguments]))!;

    /// <summary>Sends a signal.</summary>
    public async Task SignalAsync(string name, params string[] arguments) => Accepted(await CallAsync(["signal", name, .. arguments]));

    /// <summary>Waits for the end of the run.</summary>
    public async Task<JsonNode> ResultAsync() => Accepted(await CallAsync("result"))!;

    /// <summary>Makes a call that must be refused.</summary>
    /// <param name="call">As in <c>steer.mjs</c>.</param>
    /// <returns>The exception of the client.</returns>
    public async Task<string> RefusedAsync(params string[] call)
    {
        var said = await CallAsync(call);
        return (string?)said["refused"] ?? throw new InvalidOperationException($"{string.Join(' ', call)} was accepted: {said}");
    }

    private static JsonNode? Accepted(JsonObject said) =>
        said["refused"] is { } refused ? throw new InvalidOperationException((string?)refused) : said["answer"];

    private async Task<JsonObject> CallAsync(params string[] call)
    {
        if (!Directory.Exists(Path.Combine(Packages, "node_modules")))
        {
            throw new InvalidOperationException($"the official client is missing: npm --prefix {Packages} install");
        }
        var result = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("node", [RepositoryFiles.Path("tests/EndToEnd.Tests/steer.mjs"), Packages, address, run, .. call])
            {
                Timeout = TimeSpan.FromMinutes(4),
            }
        );
        return result.StandardOutput.Text.Length > 0
            ? (JsonObject)JsonNode.Parse(result.StandardOutput.Text)!
            : throw new InvalidOperationException($"{string.Join(' ', call)}: {result.ExitCode} {result.StandardError.Text}");
    }
}
