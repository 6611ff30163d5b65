using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Whole runs with the real Claude CLI: the program as built, the embedded engine (or the server of <c>TEMPORAL_ADDRESS</c>), real git, a scripted model.</summary>
public sealed class RealClaudeRunTests
{
    private const string Diamond = """
        request: A diamond of five tasks
        tasks:
          - id: base
            prompt: Please build the base.
            files_write: [base.txt]
            verification: [{ command: test -s base.txt }]
          - id: repaired
            prompt: Please build the part that needs a second try.
            files_write: [repaired.txt]
            depends_on: [base]
            verification: [{ command: 'grep -q hello repaired.txt || { echo expected hello; exit 1; }' }]
          - id: tempted
            prompt: Please build the part that is tempted.
            files_write: [tempted.txt]
            depends_on: [base]
            verification: [{ command: test -s tempted.txt }]
          - id: limited
            prompt: Please build the part that meets a limit.
            files_write: [limited.txt]
            depends_on: [base]
            verification: [{ command: test -s limited.txt }]
          - id: joined
            prompt: Please join the parts.
            files_write: [joined.txt]
            depends_on: [repaired, tempted, limited]
            required_agents: [reviewer]
            verification: [{ command: test -s joined.txt -a -s repaired.txt -a -s tempted.txt -a -s limited.txt }]
        """;

    [Fact]
    public async Task Run_DiamondOfFive_RemediatesRefusesWaitsAndLands()
    {
        await using var run = await ClaudeRepository.CreateAsync("workers: 3\n", Diamond, asSubscription: true,
        [
            new ApiRule("build the base", ApiTurn.Writes("base.txt", "base\n"), ApiTurn.Says("Done.")),
            new ApiRule("was checked and is not finished", ApiTurn.Writes("repaired.txt", "hello\n"), ApiTurn.Says("Repaired.")),
            new ApiRule("needs a second try", ApiTurn.Writes("repaired.txt", "helo\n"), ApiTurn.Says("Done.")),
            new ApiRule("is tempted", ApiTurn.Writes("base.txt", "stolen\n"), ApiTurn.Writes("tempted.txt", "mine\n"), ApiTurn.Says("Done: ${last}")),
            new ApiRule("interrupted", ApiTurn.Writes("limited.txt", "late\n"), ApiTurn.Says("Done.")),
            new ApiRule("meets a limit", ApiTurn.Writes("limited.txt", "late\n") with { InsteadTimes = 1, Instead = ApiTurn.LimitReached(DateTimeOffset.UtcNow.AddSeconds(20)) }, ApiTurn.Says("Done.")),
            new ApiRule("review this", ApiTurn.Says("It is fine.")),
            new ApiRule("join the parts", ApiTurn.Calls(ApiToolUse.SubAgent("reviewer", "Please review this.")), ApiTurn.Writes("joined.txt", "all\n"), ApiTurn.Says("Done.")),
        ],
        (".claude/agents/reviewer.md", "---\nname: reviewer\ndescription: Reviews what others did\n---\nYou review.\n"));

        var result = await run.OrchestrateAsync("run", "tasks.yaml", "--yes", "--agent", "claude");

        Assert.True(result.ExitCode == 0, result.StandardError.Text + result.StandardOutput.Text);
        Assert.Equal("base\n", await File.ReadAllTextAsync(run.Repository["base.txt"]));
        Assert.Equal("hello\n", await File.ReadAllTextAsync(run.Repository["repaired.txt"]));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(run.Repository["tempted.txt"]));
        Assert.Equal("late\n", await File.ReadAllTextAsync(run.Repository["limited.txt"]));
        Assert.Equal("all\n", await File.ReadAllTextAsync(run.Repository["joined.txt"]));

        var status = await run.StatusAsync();
        var tasks = status["tasks"]!.AsArray().ToDictionary(t => (string)t!["id"]!, t => t!);
        Assert.Equal(2, (int)tasks["repaired"]["round"]!);
        Assert.Equal(1, (int)tasks["tempted"]["round"]!);
        Assert.Equal((1, 2), ((int)tasks["limited"]["round"]!, (int)tasks["limited"]["starts"]!));
        Assert.Equal(1, (int)tasks["joined"]["round"]!);
        Assert.Equal(7, (int)status["agentStarts"]!);
        Assert.True((decimal)status["cost"]! > 0);
        Assert.Contains("not owned", run.Api.Requests.Single(r => r.Rule == "is tempted" && r.Turn == 1).LastResult, StringComparison.Ordinal);
        Assert.Contains(run.Api.Requests, r => r.Rule == "review this");
        // The remediation went on in the conversation of the first try, and no request beyond the scripted ones was made.
        Assert.Equal(1, run.Api.Requests.Count(r => r.Rule == "meets a limit" && r.Turn == 0) + run.Api.Requests.Count(r => r.Rule == "interrupted" && r.Turn == 0) - 1);
        Assert.Contains(run.Api.Requests, r => r.Rule == "was checked and is not finished" && r.Turn == 0);
    }

    [Fact]
    public async Task Run_AgentThatHangs_IsStoppedAtTheStallLimitAndTriedAgain()
    {
        const string Plan = """
            tasks:
              - id: a
                prompt: Please build the part that hangs.
                files_write: [a.txt]
                verification: [{ command: test -s a.txt }]
            """;
        await using var run = await ClaudeRepository.CreateAsync("limits: { stall: 20s }\nretry: { base_delay: 10ms }\n", Plan, asSubscription: false,
        [
            new ApiRule("interrupted", ApiTurn.Writes("a.txt", "here\n"), ApiTurn.Says("Done.")),
            new ApiRule("that hangs", ApiTurn.Writes("a.txt", "here\n") with { InsteadTimes = 1, Instead = new ApiTurn { Hangs = true } }, ApiTurn.Says("Done.")),
        ]);

        var result = await run.OrchestrateAsync("run", "tasks.yaml", "--yes", "--agent", "claude");

        Assert.True(result.ExitCode == 0, result.StandardError.Text + result.StandardOutput.Text);
        Assert.Equal("here\n", await File.ReadAllTextAsync(run.Repository["a.txt"]));
        Assert.Equal(2, run.Starts("a").Length);
        Assert.Equal("stall", (await File.ReadAllTextAsync(Path.Combine(run.Starts("a")[0], "stop"))).Trim());
    }
}
