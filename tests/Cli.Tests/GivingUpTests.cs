using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Agents that give up or do nothing, whose gates were green before they began.</summary>
public class GivingUpTests
{
    private const string Agent = """
        prompt=$(cat)
        case $ORCHESTRATOR_TASK in
          again) echo half > again.txt; case $prompt in *'without reporting its work'*) exit 0 ;; esac; echo 'out of ideas' >&2; exit 1 ;;
          always) echo half > always.txt; exit 3 ;;
          said) echo half > said.txt; echo '{"status": "failed", "reason": "too hard"}' > .task-status.json ;;
          idle) case $prompt in *'without changing any file'*) echo "told" > "$HOME/told" ;; esac ;;
        esac
        """;

    [Fact]
    public async Task Run_AgentsThatGiveUpOrDoNothing_AreNeverMergedByAGreenGate()
    {
        using var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(
            Path.Combine(cli.Folder, ".orchestrator", "config.yaml"),
            "max_remediations: 1\ngates: {integration: [\"true\"]}\n"
        );
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: again, description: A, files_write: [again.txt], verification: ["true"]}
              - {id: always, description: B, files_write: [always.txt], verification: ["true"]}
              - {id: said, description: C, files_write: [said.txt], verification: ["true"]}
              - {id: idle, description: D, files_write: [idle.txt], verification: [test -e idle.txt]}
            """
        );

        var run = await cli.RunAsync("run", "--yes");
        var status = (await cli.RunAsync("status", "--json")).Json;
        var tasks = status["tasks"]!.AsArray().ToDictionary(task => (string)task!["id"]!, task => task!);

        Assert.True(run.ExitCode != 0, run.People);
        Assert.Equal(("merged", 2), ((string?)tasks["again"]["state"], (int)tasks["again"]["attempt"]!));
        Assert.All(["always", "said", "idle"], id => Assert.Equal("failed", (string?)tasks[id]["state"]));
        Assert.Contains("ended with exit code 3", (string?)tasks["always"]["reason"], StringComparison.Ordinal);
        Assert.Contains("without reporting its work as done", (string?)tasks["always"]["reason"], StringComparison.Ordinal);
        Assert.Equal("the agent gave up: too hard", (string?)tasks["said"]["reason"]);
        Assert.StartsWith("The agent ended without changing any file.", (string?)tasks["idle"]["reason"], StringComparison.Ordinal);
        Assert.DoesNotContain("The gate", (string?)tasks["idle"]["reason"], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(cli.Home, "told")), "The agent was not told that it changed nothing.");
        Assert.Equal("again.txt", cli.Git("diff", "--name-only", "main", (string)status["staging"]!).Trim());
    }

    [Fact]
    public async Task Run_AgentThatIsKilledAgainAndAgain_IsStartedAgainAfterPauses()
    {
        using var cli = RunCommandTests.Repository("echo x >> \"$HOME/starts\"; kill -9 $$");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n");

        var running = cli.RunAsync("run", "--yes", "--run-id", "night");
        var reason = "";
        await Wait.UntilAsync(() => running.IsCompleted || File.Exists(Path.Combine(cli.Home, "starts")));
        await Wait.UntilAsync(async () =>
        {
            reason = (string?)(await cli.RunAsync("status", "night", "--json")).Json["tasks"]?[0]?["reason"] ?? "";
            return running.IsCompleted || reason.EndsWith("next attempt in 10 s", StringComparison.Ordinal);
        });
        var starts = File.ReadAllLines(Path.Combine(cli.Home, "starts")).Length;
        await cli.RunAsync("cancel", "night");
        var run = await running;

        Assert.Contains("killed by SIGKILL", reason, StringComparison.Ordinal);
        Assert.True(starts == 2, $"{starts} starts\n{run.People}");
    }
}
