using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Plays each row of <c>docs/explanation/landing.md</c> about a landing that needs a user. The reason is reported, nothing of the
/// user's is changed, and the cure that the page names lands the run.</summary>
public sealed class LandingPageTests
{
    private const string Agent = "while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo agent > a.txt; echo agent > b.txt";

    /// <summary>Rows: what the user does while the run works, a word of the reason, and what the page says to do.</summary>
    public static TheoryData<string, string[], string, string[]> Rows { get; } =
        new()
        {
            { "dirty", ["echo mine > a.txt"], "uncommitted changes", ["git stash -q"] },
            { "untracked", ["echo mine > b.txt"], "b.txt", ["rm b.txt"] },
            {
                "conflict",
                ["echo person > a.txt", "git commit -qam mine"],
                "conflict",
                [
                    "git worktree add -q ../night-fix orchestrator/night/staging",
                    "! git -C ../night-fix merge -q main",
                    "printf 'person\nagent\n' > ../night-fix/a.txt",
                    "git -C ../night-fix commit -qam both",
                ]
            },
            {
                "merge",
                [
                    "git switch -qc other",
                    "echo o > o.txt",
                    "git add -A",
                    "git commit -qm o",
                    "git switch -q main",
                    "git merge -q --no-ff --no-commit other",
                ],
                "merge",
                ["git commit -qm other"]
            },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Landing_ThatNeedsAPerson_SaysWhyChangesNothingAndLandsByThePagesCure(
        string what,
        string[] deeds,
        string reason,
        string[] cure
    )
    {
        using var cli = await RepositoryAsync();
        var running = cli.RunAsync("run", "--yes", "--run-id", "night");
        await Wait.UntilAsync(() => running.IsCompleted || Directory.Exists(Path.Combine(cli.Folder, ".worktrees", "night", "a")));
        Play(cli, deeds);
        var (head, content) = (cli.Git("rev-parse", "main"), cli.Read("a.txt"));
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var run = await running;

        Assert.True(run.ExitCode == 3, $"{what}: {run.ExitCode} {run.People}");
        Assert.Contains(reason, run.People, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("awaiting-promotion", (string?)(await cli.RunAsync("status", "--json")).Json["state"]);
        Assert.Equal((head, content), (cli.Git("rev-parse", "main"), cli.Read("a.txt")));

        Play(cli, cure);
        var promoted = await cli.RunAsync("land", "night");

        Assert.True(promoted.ExitCode == 0, $"{what}: {promoted.ExitCode} {promoted.People}");
        Assert.Contains("agent\n", cli.Git("show", "main:a.txt"), StringComparison.Ordinal);
        Assert.Contains("agent\n", cli.Read("a.txt"), StringComparison.Ordinal);

        // And back.
        var back = await cli.RunAsync("abort", "night", "--yes");
        Assert.True(back.ExitCode == 0, $"{what}: {back.ExitCode} {back.People}");
        Assert.DoesNotContain(
            "agent",
            cli.Git("show", "main", "--format=", "--name-only") + cli.Read("README.md"),
            StringComparison.Ordinal
        );
        Assert.Equal("aborted", (string?)(await cli.RunAsync("status", "night", "--json")).Json["state"]);
    }

    /// <summary>Other changes stay as they are; new commits of the target are merged into staging first, and gates run there.</summary>
    [Fact]
    public async Task Landing_DirtyFileElsewhereAndNewCommits_LandsAndLeavesThem()
    {
        using var cli = await RepositoryAsync();
        var running = cli.RunAsync("run", "--yes", "--run-id", "night");
        await Wait.UntilAsync(() => running.IsCompleted || Directory.Exists(Path.Combine(cli.Folder, ".worktrees", "night", "a")));
        Play(cli, ["echo new > new.txt", "git add new.txt", "git commit -qm new", "echo dirty >> README.md"]);
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        var run = await running;

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Equal(("agent\n", "new\n"), (cli.Read("a.txt"), cli.Read("new.txt")));
        Assert.EndsWith("dirty\n", cli.Read("README.md"), StringComparison.Ordinal);
        Assert.Equal("M README.md", cli.Git("status", "--porcelain").Trim());
        Assert.Single(File.ReadAllLines(Path.Combine(cli.Home, "gates")), "new");
    }

    private static async Task<CliFixture> RepositoryAsync()
    {
        var cli = RunCommandTests.Repository(Agent);
        cli.Write("a.txt", "base\n");
        cli.Write(".gitignore", ".orchestrator/\n.worktrees/\n");
        cli.Write(
            "tasks.yaml",
            $"tasks:\n  - {{id: a, description: A, files_write: [a.txt, b.txt], verification: ['grep -q agent a.txt "
                + $"&& {{ cat new.txt || true; }} >> {cli.Home}/gates']}}\n"
        );
        await cli.TrustAsync();
        cli.Git("config", "user.name", "Person");
        cli.Git("config", "user.email", "person@localhost");
        cli.Git("add", "-A");
        cli.Git("commit", "-qm", "Plan");
        return cli;
    }

    private static void Play(CliFixture cli, string[] lines) => Array.ForEach(lines, cli.Shell);
}
