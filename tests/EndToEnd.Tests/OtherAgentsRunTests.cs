using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// One run of the real Claude, Codex, Gemini and opencode programs side by side, against scripted models. The orchestrator and all agents
/// are killed in the middle; each conversation continues where it was.
/// </summary>
public sealed class OtherAgentsRunTests
{
    private static readonly (string Id, string Agent, string After)[] Tasks =
    [
        ("base", "claude", ""),
        ("one", "codex", "base"),
        ("two", "gemini", "base"),
        ("three", "opencode", "base"),
        ("four", "claude", "base"),
        ("five", "codex", "two"),
        ("six", "gemini", "three, four"),
        ("last", "opencode", "one, five, six"),
    ];

    [Theory]
    [Trait("Category", "Full")]
    [InlineData("on")]
    [InlineData("off")]
    public async Task Run_FourAgentsKilledInTheMiddle_LandsAllOfItInTheSameConversations(string sandbox)
    {
        using TempFolder home = new();
        await using var models = await ScriptedModels.StartAsync("ONE", "TWO", "THREE");
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("MARK-BASE", ApiTurn.Writes("base.txt", "base\n"), ApiTurn.Says("The base is there.")),
            new ApiRule(
                "MARK-FOUR",
                ApiTurn.Writes("four.txt", "four\n"),
                new ApiTurn
                {
                    Instead = new ApiTurn { Hangs = true },
                    InsteadTimes = 1,
                    Text = "Four is there.",
                },
                ApiTurn.Says("Four is there.")
            ),
            // The prompt of a conversation that continues.
            new ApiRule("You were interrupted", ApiTurn.Says("Four is there."))
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        var environment = await PrepareAsync(home, repository, models.Url, api.Url, sandbox);
        OrchestrateProgram orchestrate = new(repository.Path, environment);

        await orchestrate.KillWhenAsync(
            home["run.log"],
            () => models.Waiting.Count == 3 && api.Requests.Count(request => request.Rule == "MARK-FOUR") == 2,
            "run",
            "tasks.yaml",
            "--yes"
        );
        KillAgents(repository.Path);
        var resumed = await new ProcessRunner().RunAsync(orchestrate.Command("resume", "--yes") with { Timeout = TimeSpan.FromMinutes(6) });
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;

        var said = File.ReadAllText(home["run.log"]) + resumed.StandardOutput.Text + resumed.StandardError.Text + status;
        Assert.True(resumed.ExitCode == 0, said);
        foreach ((var id, _, _) in Tasks)
        {
            Assert.Equal(id, await repository.GitAsync("show", $"main:{id}.txt"));
        }
        var starts = status["tasks"]!.AsArray().ToDictionary(task => (string)task!["id"]!, task => (int)task!["starts"]!);
        Assert.All(Tasks, task => Assert.Equal(task.Id is "one" or "two" or "three" or "four" ? 2 : 1, starts[task.Id]));
        foreach (var id in (string[])["one", "two", "three", "four"])
        {
            var sessions = ((int[])[1, 2]).Select(start => Outcome(repository, id, start, "Session")).ToList();
            Assert.Equal(sessions[0], sessions[1]);
            Assert.NotEmpty(sessions[0]);
        }
        foreach (var mark in (string[])["ONE", "TWO", "THREE"])
        {
            var last = models.Conversations(mark)[^1];
            Assert.Contains("You were interrupted", last, StringComparison.Ordinal);
            Assert.Contains($"MARK-{mark}", last, StringComparison.Ordinal);
        }

        // Two answers of 120 tokens: the first start was killed before it could count its own, so the second counts both.
        Assert.Equal(["0", "240"], ((int[])[1, 2]).Select(start => Outcome(repository, "one", start, "Tokens")));
    }

    private static async Task<Dictionary<string, string?>> PrepareAsync(
        TempFolder home,
        TemporaryRepository repository,
        string models,
        string api,
        string sandbox
    )
    {
        OtherAgents.UseScripted(home, models);
        var programs = await OtherAgents.InstallAsync("codex", "gemini", "opencode");
        repository.Write(
            ".orchestrator/config.yaml",
            $$"""
            agent: claude
            workers: 4
            disk: {reserve: 1}
            agents:
              claude: {command: ["{{await ClaudeProgram.PathAsync()}}"], provider: api}

            """ + OtherAgents.Settings(programs)
        );
        var lines = Tasks.Select(task =>
            $"  - {{id: {task.Id}, description: Write {task.Id}.txt, prompt: \"MARK-{task.Id.ToUpperInvariant()}: write {task.Id}.txt.\", "
            + $"files_write: [{task.Id}.txt], agent: {task.Agent}, depends_on: [{task.After}], "
            + $"verification: [{{command: test -s {task.Id}.txt}}]}}\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", "tasks:\n" + string.Concat(lines)));
        var environment = ClaudeProgram.CreateChanges(home.Path, api);
        OtherAgents.Enter(environment, models, sandbox);
        return environment;
    }

    /// <summary>Kills every process of every agent and supervisor of the repository, as if the machine went down.</summary>
    private static void KillAgents(string repository)
    {
        for (var round = 0; round < 3; round++)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
            {
                try
                {
                    var variables = File.ReadAllText(Path.Combine(folder, "environ"));
                    if (
                        variables.Contains($"ORCHESTRATOR_START={repository}/", StringComparison.Ordinal)
                        || variables.Contains($"ORCHESTRATOR_SUPERVISOR={repository}/", StringComparison.Ordinal)
                    )
                    {
                        System.Diagnostics.Process.GetProcessById(int.Parse(Path.GetFileName(folder), null)).Kill();
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
                {
                    // Gone meanwhile, or another user's.
                }
            }
        }
    }

    private static string Outcome(TemporaryRepository repository, string task, int start, string member)
    {
        var run = Directory.GetDirectories(repository[".orchestrator/runs"]).Single();
        return JsonNode.Parse(File.ReadAllText(Path.Combine(run, "tasks", task, $"{start}", "outcome.json")))![member]!.ToString();
    }
}
