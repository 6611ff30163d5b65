using System.Reflection;
using System.Text.RegularExpressions;
using Orchestrator.Messages;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Each command that a run recommends is carried out, word by word, in a state that recommends it.</summary>
public sealed partial class RecommendedCommandTests
{
    /// <summary>The test that plays the command of each kind of answer.</summary>
    private static readonly IReadOnlyDictionary<string, (string Project, string Class, string Method)> s_played = new Dictionary<
        string,
        (string, string, string)
    >
    {
        [SuggestedCommandKinds.Approve] = Here(nameof(Approval_RecommendedCommand_AnswersIt)),
        [SuggestedCommandKinds.Reject] = Here(nameof(Approval_RecommendedCommand_AnswersIt)),
        [SuggestedCommandKinds.Diff] = Here(nameof(ChangedGate_RecommendedCommand_ShowsTheWork)),
        [SuggestedCommandKinds.Promote] = Here(nameof(Landing_RecommendedCommand_LandsIt)),
        [SuggestedCommandKinds.PromoteOnto] = (
            "Cli.Tests",
            nameof(RenamedTargetTests),
            nameof(RenamedTargetTests.Promote_TargetWasRenamed_LandsOnItsNewName)
        ),
        [SuggestedCommandKinds.AcceptLosses] = (
            "Cli.Tests",
            nameof(CheckedOutBranchTests),
            nameof(CheckedOutBranchTests.Promote_MergeDropsWork_RecommendedCommandLands)
        ),
        [SuggestedCommandKinds.LandMergedAcceptingLosses] = (
            "Cli.Tests",
            nameof(LandMergedTests),
            nameof(LandMergedTests.Land_MergedDropsWork_RecommendedCommandLands)
        ),
        [SuggestedCommandKinds.Skip] = Here(nameof(BadEnd_RecommendedCommand_GoesOn)),
        [SuggestedCommandKinds.Cancel] = Here(nameof(BadEnd_RecommendedCommand_GoesOn)),
        [SuggestedCommandKinds.Guide] = Here(nameof(BadEnd_RecommendedCommand_GoesOn)),
        [SuggestedCommandKinds.LandMerged] = Here(nameof(BadEnd_RecommendedCommand_GoesOn)),
        [SuggestedCommandKinds.ReadEscalation] = Here(nameof(BadEnd_RecommendedCommand_GoesOn)),
        [SuggestedCommandKinds.Resolve] = Here(nameof(BadEnd_EachResolution_IsTakenAsItIsRecommended)),
        [SuggestedCommandKinds.CancelDependants] = Here(nameof(BadEnd_RecommendedCommand_GoesOn)),
        [SuggestedCommandKinds.Resume] = Here(nameof(Killed_RecommendedCommand_GoesOn)),
        [SuggestedCommandKinds.Retry] = (
            "Cli.Tests",
            nameof(ConflictByPersonTests),
            "Conflict_AgentUndoesTheMergeAsOftenAsItMay_APersonResolvesIt"
        ),
        [SuggestedCommandKinds.RaiseBudget] = ("EndToEnd.Tests", "GovernedRunTests", "raise"),
        [SuggestedCommandKinds.RunNow] = ("Cli.Tests", nameof(ManageSchedulesCommandTests), "\"run-now\""),
        [SuggestedCommandKinds.ListSchedules] = ("Cli.Tests", nameof(ManageSchedulesCommandTests), "\"list\""),
        [SuggestedCommandKinds.Move] = (
            "Cli.Tests",
            nameof(MovedRunTests),
            "Run_OfAnotherMachine_SaysSoEverywhereAndGoesOnHereWhenItIsMoved"
        ),
        [SuggestedCommandKinds.ListFlakyTests] = (
            "Cli.Tests",
            nameof(FlakyCommandTests),
            "Run_QuarantineThatEnded_TheTestDecidesAndItIsSaid"
        ),
        [SuggestedCommandKinds.SendNotices] = (
            "Cli.Tests",
            nameof(UnsentNoticeTests),
            "Notify_SendAndDiscard_CarryOutWhatTheInboxRecommends"
        ),
        [SuggestedCommandKinds.DiscardNotices] = (
            "Cli.Tests",
            nameof(UnsentNoticeTests),
            "Notify_SendAndDiscard_CarryOutWhatTheInboxRecommends"
        ),
    };

    /// <summary>The test that plays the command of each kind of reason whose words name one.</summary>
    private static readonly IReadOnlyDictionary<string, (string Project, string Class, string Method)> s_playedOfReasons = new Dictionary<
        string,
        (string, string, string)
    >
    {
        ["agent-stopped-by-person"] = (Workflows, "RunAgentTests", "Agent_StoppedOnItsMachine_IsNotStartedAgainUntilItsTaskIsResumed"),
        ["conflict-for-person"] = s_played[SuggestedCommandKinds.Retry],
        ["not-working"] = (
            "Cli.Tests",
            nameof(TrueCauseTests),
            nameof(TrueCauseTests.Run_PlannerIsParked_SaysWhyAndGoesOnByTheCommandOfTheInbox)
        ),
        ["planner-asked"] = (Workflows, "PlannerAnswerTests", "Question_PersonAnswersFirst_ThePlannerIsStoppedAndThePersonsWordsCount"),
        ["run-limit-reached"] = (Workflows, "RunLimitTests", "Until_LiftedByAPerson_StaysLifted"),
        ["tried-again-after"] = (Workflows, "OutageTests", "Gate_LacksItsTool_ParksOnlyItsTask"),
        ["waits-for-worker"] = ("EndToEnd.Tests", "ForeignStartTests", "Start_ByWorkflowTypeAndJson_RunsOnAWorkerOfTheRepository"),
        ["waits-long-for-lease"] = (
            "Cli.Tests",
            nameof(OutputStreamTests),
            nameof(OutputStreamTests.Commands_BetweenPipes_AnswerOnStdoutAlone)
        ),
    };

    private const string Workflows = "Orchestrator.Workflows.Tests";

    [Fact]
    public void Ways_Each_HasATestThatPlaysItsCommand()
    {
        var kinds = typeof(SuggestedCommandKinds)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetValue(null)!);

        AssertPlayed(kinds, s_played);
    }

    /// <summary>The words of every kind of reason are pinned in one file.</summary>
    [Fact]
    public void Reasons_EachThatNamesACommand_HasATestThatPlaysIt()
    {
        var words = File.ReadLines(Path.Combine(RepositoryFiles.Root, "tests", Workflows, "Messages", "ReasonText.txt"));
        var kinds = words.Where(line => NamesCommand().IsMatch(line)).Select(line => line.Split(':')[0]).Distinct();

        AssertPlayed(kinds, s_playedOfReasons);
    }

    [GeneratedRegex("orchestrate [a-z]|'(resume|retry|approve)'")]
    private static partial Regex NamesCommand();

    private static void AssertPlayed(
        IEnumerable<string> kinds,
        IReadOnlyDictionary<string, (string Project, string Class, string Method)> played
    )
    {
        Assert.Equal(kinds.Order(StringComparer.Ordinal), played.Keys.Order(StringComparer.Ordinal));
        foreach (var (kind, test) in played)
        {
            var file = Path.Combine(RepositoryFiles.Root, "tests", test.Project, test.Class + ".cs");
            Assert.True(
                File.Exists(file) && File.ReadAllText(file).Contains(test.Method, StringComparison.Ordinal),
                $"'{kind}' is recommended to users, and {test.Project}/{test.Class}.cs has no {test.Method} that plays its command."
            );
        }
    }

    [Theory]
    [InlineData(SuggestedCommandKinds.Approve, "merged", 0)]
    [InlineData(SuggestedCommandKinds.Reject, "cancelled", 1)]
    public async Task Approval_RecommendedCommand_AnswersIt(string kind, string state, int exitCode)
    {
        using var cli = Repository("tasks:\n  - {id: a, description: A, files_write: [a.txt], requires_approval: true}\n");
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);

        var answered = await PlayAsync(cli, kind);

        Assert.True(answered.ExitCode == exitCode, answered.People);
        Assert.Equal(state, await StateAsync(cli, "a"));
    }

    [Fact]
    public async Task ChangedGate_RecommendedCommand_ShowsTheWork()
    {
        using var cli = Repository(
            "tasks:\n  - {id: a, description: A, files_write: [a.txt, \"*.sh\"], verification: [sh check.sh]}\n",
            ("check.sh", "test -s a.txt\n"),
            "echo x > a.txt; echo 'true # anything' > check.sh"
        );
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);

        var shown = await PlayAsync(cli, SuggestedCommandKinds.Diff);

        Assert.True(shown.ExitCode == 0, shown.People);
        Assert.Contains("+true # anything", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Landing_RecommendedCommand_LandsIt()
    {
        using var cli = Repository(
            "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n",
            agent: "while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo x > a.txt"
        );
        var running = cli.RunAsync("run", "--yes", "--run-id", "night");
        await Wait.UntilAsync(() => running.IsCompleted || Directory.Exists(Path.Combine(cli.Folder, ".worktrees", "night", "a")));
        cli.Write("a.txt", "mine\n");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        Assert.Equal(3, (await running).ExitCode);
        File.Delete(Path.Combine(cli.Folder, "a.txt"));

        var promoted = await PlayAsync(cli, SuggestedCommandKinds.Promote);

        Assert.True(promoted.ExitCode == 0, promoted.People);
        Assert.Equal("x\n", cli.Git("show", "main:a.txt"));
    }

    [Theory]
    [InlineData(SuggestedCommandKinds.Guide)]
    [InlineData(SuggestedCommandKinds.Skip)]
    [InlineData(SuggestedCommandKinds.Cancel)]
    [InlineData(SuggestedCommandKinds.CancelDependants)]
    [InlineData(SuggestedCommandKinds.LandMerged)]
    [InlineData(SuggestedCommandKinds.ReadEscalation)]
    public async Task BadEnd_RecommendedCommand_GoesOn(string kind)
    {
        using var cli = await EscalatedAsync();
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "able"), "");
        if (kind == SuggestedCommandKinds.CancelDependants)
        {
            // Without a terminal what depends on it is not cancelled, and the run asks about that.
            await cli.RunAsync("cancel", "a");
            await cli.RunAsync("resume", "--yes");
        }

        var played = await PlayAsync(cli, kind);

        Assert.True(played.ExitCode == 0, $"{kind}: {played.ExitCode} {played.People}");
        var done = kind switch
        {
            SuggestedCommandKinds.Guide => await StateAsync(cli, "a") == "merged",
            SuggestedCommandKinds.Skip => await StateAsync(cli, "a") == "waived",
            SuggestedCommandKinds.LandMerged => cli.Git("show", "main:c.txt") == "x\n",
            SuggestedCommandKinds.ReadEscalation => played.Output.Length > 0,
            _ => await StateAsync(cli, "a") == "cancelled" && await StateAsync(cli, "b") == "cancelled",
        };
        Assert.True(done, $"{kind}: {played.People}{played.Output}");
    }

    [Theory]
    [MemberData(nameof(AllResolutions))]
    public async Task BadEnd_EachResolution_IsTakenAsItIsRecommended(string resolution)
    {
        using var cli = await EscalatedAsync();
        var run = (string)(await cli.RunAsync("status", "--json")).Json["runId"]!;
        if (resolution == EscalationResolutionKinds.ManualFix)
        {
            cli.Git("switch", "-q", $"orchestrator/{run}/staging");
            cli.Write("a.txt", "mine\n");
            cli.Git("add", "a.txt");
            cli.Git("-c", "user.name=N", "-c", "user.email=n@example.com", "commit", "-qm", "By hand");
            cli.Git("switch", "-q", "main");
        }

        var played = await PlayAsync(cli, SuggestedCommandKinds.Resolve, resolution: resolution);

        // Without a planner of its own a run can't be planned anew, and says so.
        Assert.DoesNotContain("Usage:", played.People, StringComparison.Ordinal);
        Assert.NotEqual(2, played.ExitCode);
        var state = (string?)(await cli.RunAsync("status", "--json")).Json["state"];
        Assert.Equal(
            resolution == EscalationResolutionKinds.Abort ? "cancelled"
                : resolution == EscalationResolutionKinds.ManualFix ? "completed"
                : "escalated",
            state
        );
    }

    public static TheoryData<string> AllResolutions { get; } = [.. EscalationResolutionKinds.All];

    [Fact]
    public async Task Killed_RecommendedCommand_GoesOn()
    {
        using var cli = Repository(
            "tasks:\n  - {id: a, description: A, files_write: [a.txt]}\n",
            agent: "touch \"$HOME/begun\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done; echo x > a.txt"
        );
        await OutputStreamTests
            .Program(cli)
            .KillWhenAsync(Path.Combine(cli.Home, "log"), () => File.Exists(Path.Combine(cli.Home, "begun")), "run", "--yes");
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");

        var resumed = await PlayAsync(cli, SuggestedCommandKinds.Resume);

        Assert.True(resumed.ExitCode == 0, resumed.People);
        Assert.Equal("merged", await StateAsync(cli, "a"));
    }

    /// <summary>a fails until a file is there, b waits for it, c is merged.</summary>
    private static async Task<CliFixture> EscalatedAsync()
    {
        var cli = Repository(
            """
            tasks:
              - {id: a, description: A, files_write: [a.txt]}
              - {id: b, description: B, files_write: [b.txt], depends_on: [a]}
              - {id: c, description: C, files_write: [c.txt]}

            """,
            agent: "[ $ORCHESTRATOR_TASK != a ] || [ -e \"$HOME/able\" ] || { echo 'out of ideas' >&2; exit 3; }; "
                + "echo x > $ORCHESTRATOR_TASK.txt"
        );
        Assert.Equal(1, (await cli.RunAsync("run", "--yes")).ExitCode);
        return cli;
    }

    private static CliFixture Repository(
        string plan,
        (string Name, string Text)? more = null,
        string agent = "echo x > $ORCHESTRATOR_TASK.txt"
    )
    {
        var cli = RunCommandTests.Repository(agent);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\n");
        cli.Write("tasks.yaml", plan);
        if (more is var (name, text))
        {
            cli.Write(name, text);
        }
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=N", "-c", "user.email=n@example.com", "commit", "-qm", "plan");
        return cli;
    }

    /// <summary>Types the command as the inbox shows it; TEXT and AMOUNT are for the user to write.</summary>
    private static async Task<CliFixture.CliResult> PlayAsync(CliFixture cli, string kind, string? resolution = null)
    {
        var ways = (await cli.RunAsync("inbox", "--json")).Json["entries"]!
            .AsArray()
            .SelectMany(entry => entry!["ways"]!.AsArray())
            .Select(way => ((string?)way!["kind"], (string?)way["resolution"], Command: (string)way["command"]!))
            .ToList();
        var shown = ways.Find(way => way.Item1 == kind && (resolution is null || way.Item2 == resolution)).Command;
        Assert.True(shown is not null, $"No {kind} among: {string.Join("; ", ways.Select(way => way.Command))}");
        // Where nobody works on the run, the user at the terminal is asked whether this command continues with it.
        return await cli.RunAsync(
            new RecordingTerminal { Answer = true },
            [.. shown!.Split(' ').Skip(1).Select(word => word == "TEXT" ? "look again" : word)]
        );
    }

    private static async Task<string?> StateAsync(CliFixture cli, string task) =>
        (string?)(await cli.RunAsync("status", "--json")).Json["tasks"]!.AsArray().Single(entry => (string?)entry!["id"] == task)!["state"];

    private static (string, string, string) Here(string method) => ("Cli.Tests", nameof(RecommendedCommandTests), method);
}
