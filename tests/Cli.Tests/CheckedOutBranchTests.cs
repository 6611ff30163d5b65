using System.Text.RegularExpressions;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A branch of ours that a user has checked out is neither deleted nor moved away under the checkout.</summary>
public sealed partial class CheckedOutBranchTests
{
    private const string Plan = """
        tasks:
          - {id: one, description: One, files_write: [one.txt, two.txt], verification: [{command: grep -q GOOD one.txt}]}
        """;

    [Fact]
    public async Task Promote_StagingCheckedOutInTheMainCheckout_KeepsBranchAndCheckout()
    {
        using var cli = RunCommandTests.Repository(Agent);
        var (run, staging) = await ConflictAsync(cli);
        cli.Git("switch", "-q", staging);
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "merge", "-q", "-X", "ours", "main");

        var landed = await cli.RunAsync("land");

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal($"refs/heads/{staging}", cli.Git("symbolic-ref", "HEAD").Trim());
        Assert.Equal(cli.Git("rev-parse", "main"), cli.Git("rev-parse", "HEAD"));
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        Assert.Equal("by the task\n", cli.Git("show", "main:two.txt"));
        Assert.Contains($"switch BRANCH), then: git branch -D {staging}", (await cli.RunAsync("report")).Output, StringComparison.Ordinal);

        // As long as it is checked out, cleanup keeps it too; after that it goes.
        await cli.RunAsync("cleanup", run, "--yes");
        Assert.Equal($"refs/heads/{staging}", cli.Git("for-each-ref", "--format=%(refname)", $"refs/heads/{staging}").Trim());
        cli.Git("switch", "-q", "main");
        var cleaned = await cli.RunAsync("cleanup", run, "--yes");
        Assert.True(cleaned.ExitCode == 0, cleaned.People);
        Assert.Equal("", cli.Git("for-each-ref", "refs/heads/orchestrator"));
    }

    /// <summary>The commands of the message, as they stand there.</summary>
    [Fact]
    public async Task Promote_AdviceAfterAConflict_LeavesTheCheckoutAloneAndLands()
    {
        using var cli = RunCommandTests.Repository(Agent);
        var (run, staging) = await ConflictAsync(cli);
        var reason = (string)(await cli.RunAsync("status", "--json")).Json["reason"]!;
        var advice = AdvicePattern().Match(reason);
        Assert.True(advice.Success, reason);
        Assert.DoesNotContain("git switch", reason, StringComparison.Ordinal);

        cli.Git(Words(advice.Groups["add"].Value));
        var folder = advice.Groups["folder"].Value;
        cli.Git("config", "user.name", "P");
        cli.Git("config", "user.email", "p@localhost");
        cli.Shell($"! git {advice.Groups["merge"].Value}");
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, folder, "two.txt"), "by the task\nby a person\n");
        cli.Git("-C", folder, "add", "two.txt");
        cli.Git("-C", folder, "commit", "-q", "--no-edit");
        var landed = await cli.RunAsync("land");

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("by the task\nby a person\n", await File.ReadAllTextAsync(Path.Combine(cli.Folder, "two.txt")));
        Assert.Equal("", cli.Git("status", "--porcelain", "--untracked-files=no"));
        Assert.Equal("", cli.Git("-C", folder, "status", "--porcelain"));
        Assert.Contains("git worktree remove ", (await cli.RunAsync("report")).Output, StringComparison.Ordinal);
        cli.Git("worktree", "remove", folder);
        await cli.RunAsync("cleanup", run, "--yes");
        Assert.Equal("", cli.Git("for-each-ref", $"refs/heads/{staging}"));
    }

    /// <summary>
    /// After a user's merge that drops work, 'land' alone is refused again, so the first recommended command must be one that works.
    /// </summary>
    [Fact]
    public async Task Promote_MergeDropsWork_RecommendedCommandLands()
    {
        using var cli = RunCommandTests.Repository(Agent);
        var (run, staging) = await ConflictAsync(cli);
        cli.Git("worktree", "add", "-q", "../fix", staging);
        cli.Git("-C", "../fix", "-c", "user.name=P", "-c", "user.email=p@localhost", "merge", "-q", "-X", "theirs", "main");
        Assert.Equal(3, (await cli.RunAsync("land")).ExitCode);

        var recommended = (string)(await cli.RunAsync("status", "--json")).Json["questions"]![0]!["commands"]![0]!;
        Assert.Equal($"orchestrate land {run} --accept-losses", recommended);
        var landed = await cli.RunAsync(Words(recommended["orchestrate ".Length..]));

        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("by a person\n", cli.Git("show", "main:two.txt"));
        Assert.Equal(cli.Git("rev-parse", staging), cli.Git("-C", "../fix", "rev-parse", "HEAD"));
        Assert.Equal("", cli.Git("-C", "../fix", "status", "--porcelain"));
    }

    /// <summary>Each side is well, and both together are not.</summary>
    [Fact]
    public async Task Promote_GatesFailOnTheTargetThatMoved_LandsOnceItIsRepaired()
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", Plan.Replace("grep -q GOOD one.txt", "test ! -e bad.txt", StringComparison.Ordinal));
        cli.Write("one.txt", "in the way\n");
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);
        File.Delete(Path.Combine(cli.Folder, "one.txt"));
        cli.Write("bad.txt", "x\n");
        cli.Git("add", "bad.txt");
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", "meanwhile");
        var moved = cli.Git("rev-parse", "main");

        var refused = await cli.RunAsync("land");

        Assert.Equal((3, moved), (refused.ExitCode, cli.Git("rev-parse", "main")));
        Assert.Contains("these gates fail after the two are merged", refused.People, StringComparison.Ordinal);
        cli.Git("rm", "-q", "bad.txt");
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", "repaired");
        var landed = await cli.RunAsync("land");
        Assert.True(landed.ExitCode == 0, landed.People);
        Assert.Equal("GOOD\n", cli.Git("show", "main:one.txt"));
    }

    /// <summary>Another task is merged while a user has staging checked out: the checkout follows, with the user's changes.</summary>
    [Fact]
    public async Task Merge_StagingIsCheckedOut_CheckoutFollows()
    {
        using var cli = RunCommandTests.Repository(
            "[ $ORCHESTRATOR_TASK = bad ] && [ ! -e \"$HOME/well\" ] && { echo half > bad.txt; exit 0; }; "
                + "echo GOOD > $ORCHESTRATOR_TASK.txt"
        );
        cli.Write(
            "tasks.yaml",
            """
            tasks:
              - {id: good, description: Good, files_write: [good.txt]}
              - {id: bad, description: Bad, files_write: [bad.txt], verification: [{command: grep -q GOOD bad.txt}], max_retries: 0}
            """
        );
        Assert.Equal(1, (await cli.RunAsync("run", "--yes", "--land", "branch")).ExitCode);
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        cli.Git("worktree", "add", "-q", "../fix", $"orchestrator/{run}/staging");
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "..", "fix", "README.md"), "mine\n");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "well"), "");
        await cli.RunAsync("retry", "bad", "--no-resume");

        var finished = await cli.RunAsync("resume", "--yes");

        Assert.True(finished.ExitCode == 0, finished.People);
        Assert.Equal($"refs/heads/orchestrator/{run}/staging", cli.Git("-C", "../fix", "symbolic-ref", "HEAD").Trim());
        Assert.Equal("GOOD\n", await File.ReadAllTextAsync(Path.Combine(cli.Folder, "..", "fix", "bad.txt")));
        Assert.Equal(" M README.md\n", cli.Git("-C", "../fix", "status", "--porcelain"));
    }

    private const string Agent = "echo GOOD > one.txt; echo by the task > two.txt";

    /// <summary>A run whose landing stops at a conflict with a commit of the user.</summary>
    private static async Task<(string Run, string Staging)> ConflictAsync(CliFixture cli)
    {
        cli.Write("tasks.yaml", Plan);
        cli.Write("one.txt", "in the way\n");
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        File.Delete(Path.Combine(cli.Folder, "one.txt"));
        cli.Write("two.txt", "by a person\n");
        cli.Git("add", "two.txt");
        cli.Git("-c", "user.name=P", "-c", "user.email=p@localhost", "commit", "-q", "-m", "meanwhile");
        Assert.Equal(3, (await cli.RunAsync("land")).ExitCode);
        return (run, $"orchestrator/{run}/staging");
    }

    private static string[] Words(string command) => command.Split(' ');

    [GeneratedRegex(@"git (?<add>worktree add (?<folder>\S+) \S+); git (?<merge>-C \S+ merge main)")]
    private static partial Regex AdvicePattern();
}
