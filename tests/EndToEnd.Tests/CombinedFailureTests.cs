using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// Two tasks that hold alone and not together, with the real Claude CLI: whoever comes second is told with whom and how it failed, in the
/// conversation that it has, and repairs it.
/// </summary>
public sealed class CombinedFailureTests
{
    private const string SentBack = "passes its gates alone, but fails the gates of staging after the merge";

    private const string Plan = """
        tasks:
          - id: one
            description: The first
            prompt: "MARK-ONE: write one.txt."
            files_write: [one.txt]
            verification: [{command: sh suite.sh}]
          - id: two
            description: The second
            prompt: "MARK-TWO: write two.txt."
            files_write: [two.txt]
            verification: [{command: sh suite.sh}]
          - id: three
            description: The third
            prompt: "MARK-THREE: write three.txt."
            files_write: [three.txt]
            verification: [{command: sh suite.sh}]
        """;

    /// <summary>A slow test suite, so that the other tasks wait when the first has been merged.</summary>
    private const string Suite = """
        sleep 2
        test ! -f two.txt || test ! -f three.txt && exit 0
        grep -q both two.txt three.txt && exit 0
        echo "two and three do not know each other"
        exit 1
        """;

    [Fact]
    public async Task Run_SecondBreaksThirdOnlyTogether_IsMendedInTheSameConversation()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(
                SentBack,
                // The second merge is rejected; the worktree is named after the task.
                ApiTurn.Calls(ApiToolUse.Bash("sed -i 's/alone/knows both/' \"$(basename \"$PWD\").txt\"")),
                ApiTurn.Says("They know each other.")
            ),
            Writes("one"),
            Writes("two"),
            Writes("three")
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\nworkers: 3\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan), ("suite.sh", Suite));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + status);
        var mended = (string)Assert.Single(status["tasks"]!.AsArray(), task => (int)task!["attempt"]! == 2)!["id"]!;
        Assert.Contains(mended, (string[])["two", "three"]);
        var told = api.Requests.First(request => request.Rule == SentBack);
        Assert.Contains("sh suite.sh", told.Prompt, StringComparison.Ordinal);
        Assert.Contains("two and three do not know each other", told.Prompt, StringComparison.Ordinal);
        Assert.Equal(
            api.Requests.Where(request => request.Rule == Mark(mended)).Select(request => request.Session).Distinct(),
            api.Requests.Where(request => request.Rule == SentBack).Select(request => request.Session).Distinct()
        );
        Assert.Equal("knows both", await repository.GitAsync("show", $"main:{mended}.txt"));
        Assert.Equal(4, (int)status["agentStarts"]!);
    }

    private static string Mark(string task) => $"MARK-{task.ToUpperInvariant()}";

    private static ApiRule Writes(string task) =>
        new(Mark(task), ApiTurn.Writes($"{task}.txt", "alone\n"), ApiTurn.Says($"{task} is there."));
}
