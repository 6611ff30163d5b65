using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A conflict that its agent does not resolve: a user gets both sides and one command.</summary>
public sealed class ConflictByPersonTests
{
    // One rewrites the list elsewhere and removes it, the other adds a line to it.
    private const string Plan = """
        tasks:
          - {id: mover, description: Move it, files_write: [list.txt, moved.txt]}
          - {id: adder, description: Add to it, files_write: [added.txt], files_append: [list.txt, moved.txt], max_retries: 1}
          - {id: other, description: Other, files_write: [other.txt]}
        """;

    // The second only comes once the first is merged, and undoes every merge that it is given to resolve.
    private const string Agent = """
        case $ORCHESTRATOR_TASK in
        mover) tr a-z A-Z < list.txt > moved.txt; rm list.txt ;;
        adder)
          if [ $ORCHESTRATOR_ATTEMPT = 1 ]; then
            n=0; until [ -e "$HOME/moved" ] || [ $n = 600 ]; do sleep 0.1; n=$((n+1)); done
            echo three >> list.txt
          else
            git merge --abort || true
          fi ;;
        *) echo other > other.txt ;;
        esac
        """;

    [Fact]
    public async Task Conflict_AgentUndoesTheMergeAsOftenAsItMay_APersonResolvesIt()
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("list.txt", "one\ntwo\n");
        cli.Git("add", "list.txt");
        cli.Git("-c", "user.name=N", "-c", "user.email=n@example.com", "commit", "-qm", "list");
        cli.Write("tasks.yaml", Plan);
        var start = cli.Git("rev-parse", "main").Trim();

        var running = cli.RunAsync("run", "--yes");
        await Wait.UntilAsync(() =>
            cli.Git("log", "--branches=orchestrator/*/staging", "--format=%s", "main").Contains("Merge mover", StringComparison.Ordinal)
        );
        File.WriteAllText(Path.Combine(cli.Home, "moved"), "");
        var asked = await running;
        var status = (await cli.RunAsync("status", "--json")).Json;
        var adder = status["tasks"]!.AsArray().Single(task => (string?)task!["id"] == "adder")!;
        var report = (await cli.RunAsync("report", "--full")).Output;

        Assert.Equal(3, asked.ExitCode);
        Assert.Equal(("blocked", "merged", "merged"), (State(status, "adder"), State(status, "mover"), State(status, "other")));
        var run = (string)status["runId"]!;
        Assert.Contains($"orchestrate retry {run}/adder", (string?)adder["reason"], StringComparison.Ordinal);
        Assert.Contains($"orchestrate retry {run}/adder", report, StringComparison.Ordinal);

        // What is recommended is what the text says: guidance would send its agent again.
        var recommended = (await cli.RunAsync("inbox", "--json")).Json["entries"]![0]!["ways"]![0]!;
        Assert.Equal($"orchestrate retry {run}/adder", (string?)recommended["command"]);

        // Both sides are there, as git leaves them.
        var worktree = Path.Combine(cli.Folder, ".worktrees", run, "adder");
        Assert.Equal("ONE\nTWO\n", await File.ReadAllTextAsync(Path.Combine(worktree, "moved.txt")));
        Assert.EndsWith("three\n", await File.ReadAllTextAsync(Path.Combine(worktree, "list.txt")), StringComparison.Ordinal);

        // The user reported a resolution that is none, so the next process of the run asks again.
        Assert.Equal(4, (await cli.RunAsync("retry", "adder", "--no-resume")).ExitCode);
        var again = await cli.RunAsync("resume", "--yes");
        Assert.Equal(3, again.ExitCode);
        Assert.Contains("Not resolved: list.txt", again.People, StringComparison.Ordinal);

        File.Delete(Path.Combine(worktree, "list.txt"));
        await File.AppendAllTextAsync(Path.Combine(worktree, "moved.txt"), "THREE\n");
        Assert.Equal(4, (await cli.RunAsync("retry", "adder", "--no-resume")).ExitCode);
        var finished = await cli.RunAsync("resume", "--yes");

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal("ONE\nTWO\nTHREE\n", cli.Git("show", "main:moved.txt"));
        Assert.Equal("moved.txt\nother.txt", cli.Git("diff", "--name-only", "--diff-filter=A", start, "main").Trim());
        Assert.Equal("", cli.Git("ls-tree", "--name-only", "main", "list.txt").Trim());
    }

    [Fact]
    public async Task Conflict_AgentDropsALineUnnamedAsOftenAsItMay_AUserDecides()
    {
        using var cli = RunCommandTests.Repository(Agent.Replace("git merge --abort || true", "rm -f list.txt", StringComparison.Ordinal));
        cli.Write("list.txt", "one\ntwo\n");
        cli.Git("add", "list.txt");
        cli.Git("-c", "user.name=N", "-c", "user.email=n@example.com", "commit", "-qm", "list");
        cli.Write("tasks.yaml", Plan);

        var running = cli.RunAsync("run", "--yes");
        await Wait.UntilAsync(() =>
            cli.Git("log", "--branches=orchestrator/*/staging", "--format=%s", "main").Contains("Merge mover", StringComparison.Ordinal)
        );
        File.WriteAllText(Path.Combine(cli.Home, "moved"), "");
        var asked = await running;
        var status = (await cli.RunAsync("status", "--json")).Json;
        var adder = status["tasks"]!.AsArray().Single(task => (string?)task!["id"] == "adder")!;

        Assert.Equal((3, "blocked"), (asked.ExitCode, (string?)adder["state"]));
        var evidence = await File.ReadAllTextAsync(Path.Combine(cli.Folder, (string)adder["evidence"]!));
        Assert.Contains("list.txt (the change of your task to the whole file is missing)", evidence, StringComparison.Ordinal);
        Assert.Contains("--dropped 'FILE: LINE'", evidence, StringComparison.Ordinal);

        // The line is in another file now, in capital letters.
        await File.AppendAllTextAsync(Path.Combine(cli.Folder, ".worktrees", (string)status["runId"]!, "adder", "moved.txt"), "THREE\n");
        Assert.Equal(4, (await cli.RunAsync("retry", "adder", "--no-resume")).ExitCode);
        var finished = await cli.RunAsync("resume", "--yes");

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal("ONE\nTWO\nTHREE\n", cli.Git("show", "main:moved.txt"));
        Assert.Contains("as the user decided: list.txt", (await cli.RunAsync("events")).Output, StringComparison.Ordinal);
    }

    private static string? State(JsonNode status, string task) =>
        (string?)status["tasks"]!.AsArray().Single(entry => (string?)entry!["id"] == task)!["state"];
}
