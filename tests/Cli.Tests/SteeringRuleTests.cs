using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>One rule holds for all commands to an open run if no process works on the run and there is no terminal.</summary>
public class SteeringRuleTests
{
    private const string Agent =
        "echo x >> \"$HOME/starts\"; case $ORCHESTRATOR_TASK in bad) echo '{\"status\": \"failed\", \"reason\": \"too hard\"}' > "
        + ".task-status.json ;; asks) echo '{\"status\": \"blocked\", \"reason\": \"a decision\"}' > .task-status.json ;; esac; "
        + "echo x > $ORCHESTRATOR_TASK.txt";

    /// <summary>Need no agent.</summary>
    private static readonly string[][] DryRuns =
    [
        ["run", "--dry-run"],
    ];

    /// <summary>After these agents work.</summary>
    private static readonly string[][] Kept =
    [
        ["retry", "night/bad", "--guidance", "think"],
        ["skip", "night/bad"],
        ["cancel", "night/bad"],
        ["pause", "night/asks"],
        ["approve", "night/asks"],
        ["reject", "night/asks"],
        ["retry", "night/asks", "--guidance", "decided"],
    ];

    [Fact]
    public async Task Steering_NobodyWorksOnTheRunAndNoTerminal_IsKeptOrBringsTheRunToRest()
    {
        using var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\n");
        cli.Write("tasks.yaml", "tasks:\n" + Task("good") + Task("bad") + Task("asks"));
        Assert.Equal(3, (await cli.RunAsync("run", "--yes", "--run-id", "night")).ExitCode);
        var starts = Starts(cli);

        foreach (var command in Kept)
        {
            foreach (var _ in (int[])[1, 2])
            {
                var kept = await cli.RunAsync(command);
                Assert.True(
                    kept.ExitCode == 4
                        && kept.People.Contains("No process is working on night now; the command is kept.", StringComparison.Ordinal),
                    $"{string.Join(' ', command)}: {kept.ExitCode} {kept.People}"
                );
            }
        }
        var shown = (await cli.RunAsync("status", "night")).Output;
        Assert.Equal(Kept.Length, shown.Split("stored until the run continues: ").Length - 1);
        Assert.Equal(starts, Starts(cli));
        Assert.Equal(3, (await cli.RunAsync("status", "night", "--exit-code")).ExitCode);

        Assert.Equal(0, (await cli.RunAsync("cancel", "night")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("status", "night")).ExitCode);
        Assert.Equal(1, (await cli.RunAsync("status", "night", "--exit-code")).ExitCode);
        Assert.Equal(1, (await cli.RunAsync("status", "night", "--exit-code", "--json")).ExitCode);
    }

    /// <summary>Ways to resolve that continue are kept like every other command; the ones that end the run are carried out.</summary>
    [Fact]
    public async Task Resolve_NobodyWorksOnTheRunAndNoTerminal_IsKeptUntilYes()
    {
        using var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\n");
        cli.Write("tasks.yaml", "tasks:\n" + Task("good") + Task("bad"));
        Assert.Equal(1, (await cli.RunAsync("run", "--yes", "--run-id", "night")).ExitCode);
        Assert.Equal(1, (await cli.RunAsync("status", "night", "--exit-code")).ExitCode);

        var land = await cli.RunAsync("land", "night", "--merged");
        var kept = await cli.RunAsync("resolve", "night", "manual-fix");
        var starts = Starts(cli);
        var retried = await cli.RunAsync("retry", "night/bad", "--yes");

        Assert.True(land.ExitCode == 0, land.People);
        Assert.True(kept.ExitCode == 4, kept.People);
        Assert.True(retried.ExitCode == 1, retried.People);
        Assert.True(Starts(cli) > starts, retried.People);
        Assert.Equal(0, (await cli.RunAsync("resolve", "night", "abort", "--yes")).ExitCode);
    }

    /// <summary>'check' and a dry run also report what would refuse a run, with the same exit code.</summary>
    [Theory]
    [InlineData("bare", 2)]
    [InlineData("detached", 2)]
    [InlineData("shallow", 2)]
    [InlineData("unborn", 2)]
    [InlineData("no agent", 5)]
    public async Task Place_WhereNoRunCanWork_OneExitCodeOfEveryCommandThatLooks(string what, int code)
    {
        using var cli = RunCommandTests.Repository(Agent);
        cli.Write("tasks.yaml", "tasks:\n" + Task("good"));
        await cli.TrustAsync();
        switch (what)
        {
            case "bare":
                cli.Git("config", "core.bare", "true");
                break;
            case "detached":
                cli.Git("checkout", "-q", "--detach");
                break;
            case "shallow":
                await File.WriteAllTextAsync(Path.Combine(cli.Folder, ".git", "shallow"), cli.Git("rev-parse", "HEAD"));
                break;
            case "unborn":
                cli.Git("checkout", "-q", "--orphan", "new");
                break;
            default:
                cli.Write(".orchestrator/config.yaml", "agent: mine\nagents: {mine: {command: [no-such-program]}}\n");
                await cli.TrustAsync();
                break;
        }

        string[][] looking =
        [
            ["check"],
            ["run", "--yes"],
            ["run", "Make it good", "--yes"],
            .. what == "no agent" ? [] : DryRuns,
        ];
        foreach (var command in looking)
        {
            var refused = await cli.RunAsync(command);
            Assert.True(refused.ExitCode == code, $"{string.Join(' ', command)}: {refused.ExitCode} {refused.Output}{refused.People}");
        }
    }

    /// <summary>Every command that needs a run says the same where there never was one.</summary>
    [Fact]
    public async Task NoRunYet_EveryCommandThatNeedsOne_SaysSoAlike()
    {
        using var cli = RunCommandTests.Repository(Agent);
        string[] commands =
        [
            "status",
            "status x",
            "report",
            "show",
            "show x/t",
            "logs",
            "diff",
            "events",
            "open",
            "pause",
            "cancel",
            "retry x/t",
            "skip x/t",
            "approve",
            "reject x/t",
            "promote",
            "land",
            "resolve x abort",
            "abort x",
            "resume",
            "hold --reason y",
            "send x/t TEXT",
            "broadcast x TEXT",
        ];

        foreach (var command in commands)
        {
            var refused = await cli.RunAsync(command.Split(' '));
            Assert.True(
                refused.ExitCode == 2 && refused.People.Contains($"{cli.Folder} has no runs yet.", StringComparison.Ordinal),
                $"{command}: {refused.ExitCode} {refused.People}"
            );
        }
        var named = await cli.RunAsync("status", "x");
        Assert.Contains("'orchestrate move x' takes over the run", named.People, StringComparison.Ordinal);
        Assert.Equal(0, (await cli.RunAsync("history")).ExitCode);
    }

    private static string Task(string id) => $"  - {{id: {id}, description: {id}, files_write: [{id}.txt]}}\n";

    private static int Starts(CliFixture cli) => File.ReadAllLines(Path.Combine(cli.Home, "starts")).Length;
}
