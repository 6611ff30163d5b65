using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// New files in the repository that would make git run programs are quarantined while agents work. The user is notified and restores them
/// with one command.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class AcceptBlockedHooksCommandTests
{
    [Fact]
    public async Task Accept_HookThatAPersonMadeWhileAnAgentWorked_IsToldAndTakenBack()
    {
        using var cli = new CliFixture().WithRepository();
        var hook = Path.Combine(cli.Folder, ".git", "hooks", "post-commit");
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(
            agent,
            $"echo a > a.txt\nmkdir -p '{Path.GetDirectoryName(hook)}'\nprintf '#!/bin/sh\\necho mine\\n' > '{hook}'\nchmod +x "
                + $"'{hook}'\ngit -C '{cli.Folder}' config pull.rebase true\n"
        );
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: off}}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: test -f a.txt}]}\n");
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");

        var run = await cli.RunAsync("run", "--yes");
        Assert.True(run.ExitCode == 0, run.People);
        Assert.False(File.Exists(hook));
        Assert.Equal("true\n", cli.Git("config", "pull.rebase"));
        var warning = Assert.Single(
            (await cli.RunAsync("status", "--json")).Json["warnings"]!.AsArray(),
            w => ((string)w!).Contains("hooks/post-commit", StringComparison.Ordinal)
        );
        Assert.Contains("orchestrate accept", (string)warning!, StringComparison.Ordinal);

        var list = await cli.RunAsync("accept");
        var unknown = await cli.RunAsync("accept", "nothing");
        var item = Assert.Single((await cli.RunAsync("accept", "--json")).Json["items"]!.AsArray())!;
        var taken = await cli.RunAsync("accept", (string)item["id"]!);
        var after = await cli.RunAsync("accept");

        Assert.Contains("hooks/post-commit", list.People, StringComparison.Ordinal);
        Assert.Contains("echo mine", list.People, StringComparison.Ordinal);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("hooks/post-commit was restored", taken.People, StringComparison.Ordinal);
        Assert.Equal("#!/bin/sh\necho mine\n", File.ReadAllText(hook));
        Assert.True(File.GetUnixFileMode(hook).HasFlag(UnixFileMode.UserExecute), "executable as it was");
        Assert.Contains("No hooks or settings are disabled", after.People, StringComparison.Ordinal);
    }

    /// <summary>A refused landing does not count as one, so the user's later merge by hand belongs to the user.</summary>
    [Fact]
    public async Task Cancel_AfterTheUserMergedWhatCouldNotLand_LeavesTheUsersBranchAndAbortHasNothingToTakeBack()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = Path.Combine(cli.Home, "agent.sh");
        File.WriteAllText(agent, $"echo a > a.txt\necho more >> README.md\necho changed > '{cli.Folder}/README.md'\n");
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\npermissions: {{sandbox: off}}\n"
        );
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt, README.md], verification: [{command: test -f a.txt}]}\n"
        );
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");

        var run = await cli.RunAsync("run", "--yes");
        Assert.True(run.ExitCode == 3, run.People);
        var status = (await cli.RunAsync("status", "--json")).Json;
        cli.Git("checkout", "-q", "README.md");
        cli.Git("merge", "-q", "--ff-only", (string)status["staging"]!);
        var merged = cli.Git("rev-parse", "main");
        await cli.RunAsync("cancel", (string)status["runId"]!);
        await cli.RunAsync("resume", "--yes");
        var abort = await cli.RunAsync("abort", (string)status["runId"]!);

        Assert.Equal("cancelled", (string?)(await cli.RunAsync("status", "--json")).Json["state"]);
        Assert.Equal(merged, cli.Git("rev-parse", "main"));
        Assert.Equal(2, abort.ExitCode);
    }

    [Fact]
    public async Task Abort_OfARunThatHasLanded_MovesTheTargetBack()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write(
            ".orchestrator/config.yaml",
            "agent: mine\nagents: {mine: {command: [/bin/sh, -c, 'echo a > a.txt']}}\ndisk: {reserve: 1}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: test -f a.txt}]}\n");
        cli.Environment["XDG_CACHE_HOME"] = Path.Combine(cli.Home, "cache");
        var before = cli.Git("rev-parse", "main");

        var run = await cli.RunAsync("run", "--yes");
        Assert.True(run.ExitCode == 0, run.People);
        Assert.NotEqual(before, cli.Git("rev-parse", "main"));
        var id = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        var unasked = await cli.RunAsync("abort", id);
        var no = await cli.RunAsync(new RecordingTerminal { Answer = false }, "abort", id);
        Assert.Equal((3, 3), (unasked.ExitCode, no.ExitCode));
        Assert.NotEqual(before, cli.Git("rev-parse", "main"));
        var abort = await cli.RunAsync(new RecordingTerminal { Answer = true }, "abort", id);
        var again = await cli.RunAsync("abort", id);

        Assert.True(abort.ExitCode == 0, abort.People);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(before, cli.Git("rev-parse", "main"));
        foreach (var command in new[] { "status", "show", "report" })
        {
            var told = (await cli.RunAsync(command)).Output;
            Assert.Contains("aborted", told, StringComparison.Ordinal);
            Assert.DoesNotContain("completed", told, StringComparison.Ordinal);
        }
        Assert.Contains("- landed: nothing", cli.Read($".orchestrator/runs/{id}/reports/report.md"), StringComparison.Ordinal);
    }
}
