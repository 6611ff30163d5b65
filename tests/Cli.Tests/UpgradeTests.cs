using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A run waits for a user, nothing of it is running any more, and another build of the program continues with it.</summary>
public sealed class UpgradeTests
{
    private const string Plan = """
        tasks:
          - {id: good, description: Good, files_write: [good.txt], verification: [{command: test -s good.txt}]}
          - {id: bad, description: Bad, files_write: [bad.txt], verification: [{command: grep -q GOOD bad.txt}], max_retries: 0}
          - {id: after, description: After, files_write: [after.txt], depends_on: [bad], verification: [{command: test -s after.txt}]}
        """;

    private const string Works = "echo GOOD > $ORCHESTRATOR_TASK.txt";

    private const string Asks = """
        prompt=$(cat)
        case "$ORCHESTRATOR_TASK $prompt" in
          *'take the second'*) ;;
          bad*) echo '{"status": "blocked", "reason": "which of the two?"}' > .task-status.json; exit ;;
        esac

        """;

    [Fact]
    public async Task Escalated_ProgramReplacedAfterAKill_IsMendedByAPersonAndLands()
    {
        using var cli = RunCommandTests.Repository("[ $ORCHESTRATOR_TASK = bad ] && { echo half > bad.txt; exit 0; }; " + Works);
        var program = await WaitAsync(cli, "escalated", isKilled: true);
        cli.Git("worktree", "add", "-q", "../fix", "orchestrator/first/staging");
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "..", "fix", "bad.txt"), "GOOD\n");
        cli.Git("-C", "../fix", "add", "-A");
        cli.Git("-C", "../fix", "-c", "user.name=P", "-c", "user.email=p@example.com", "commit", "-qm", "the fix");

        await GoOnAsync(cli, program, "resolve", "first", "manual-fix", "--reason", "by hand");

        Assert.Contains("the fix", cli.Git("log", "--format=%s", "main"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Blocked_ProgramReplaced_TheAgentReadsTheAnswer()
    {
        using var cli = RunCommandTests.Repository(Asks + Works);
        var program = await WaitAsync(cli, "executing", isKilled: false);

        await GoOnAsync(cli, program, "retry", "first/bad", "--guidance", "take the second");
    }

    [Fact]
    [Trait("Category", "Full")]
    public async Task AwaitingPromotion_ProgramReplacedAfterAKill_Lands()
    {
        using var cli = RunCommandTests.Repository(Works);
        cli.Write("good.txt", "a person's own\n");
        var program = await WaitAsync(cli, "awaiting-promotion", isKilled: true);
        File.Delete(Path.Combine(cli.Folder, "good.txt"));

        await GoOnAsync(cli, program, "promote", "first");
    }

    /// <summary>A run of one build stands still in that state, and every process has ended, or was killed.</summary>
    private static async Task<InstalledProgram> WaitAsync(CliFixture cli, string state, bool isKilled)
    {
        cli.Write("tasks.yaml", Plan);
        var program = new InstalledProgram(Path.Combine(cli.Home, "program"));
        await cli.TrustAsync();
        using var worker = isKilled ? program.Start(cli, "worker") : null;
        await Wait.UntilAsync(() => worker is null || File.Exists(Path.Combine(cli.Folder, ".orchestrator", "engine.sock")));
        var (code, said) = await program.RunAsync(cli, "run", "--yes", "--run-id", "first");
        Assert.True(code is 1 or 3, said);
        await Wait.UntilAsync(() => (string?)JsonNode.Parse(cli.Read(".orchestrator/runs/first/status.json"))!["state"] == state);
        if (worker is not null)
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
        return program;
    }

    /// <summary>Another build carries out what a user says, to the end of the run, with what was there before.</summary>
    private static async Task GoOnAsync(CliFixture cli, InstalledProgram program, params string[] answer)
    {
        var (before, version) = (program.BuildId, (await program.RunAsync(cli, "version")).Said);
        program.Upgrade();
        var upgraded = (await program.RunAsync(cli, "version")).Said;
        var (code, said) = await program.RunAsync(cli, answer);
        if (code == 4)
        {
            (code, said) = await program.RunAsync(cli, "resume", "first", "--yes");
        }

        Assert.NotEqual((before, version), (program.BuildId, upgraded));
        Assert.True(code == 0, said);
        Assert.Equal("completed", (string?)(await cli.RunAsync("status", "first", "--json")).Json["state"]);
        Assert.Equal("GOOD\nGOOD\nGOOD\n", cli.Git("show", "main:good.txt", "main:bad.txt", "main:after.txt"));

        // Both have worked on the same history.
        var files = Directory.GetFiles(Path.Combine(cli.Folder, ".orchestrator"), "engine.db*");
        var engine = string.Concat(files.Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.Contains(before, engine, StringComparison.Ordinal);
        Assert.Contains(program.BuildId, engine, StringComparison.Ordinal);
    }
}
