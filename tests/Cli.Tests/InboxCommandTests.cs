using System.Text.Json.Nodes;
using Orchestrator.App;
using Orchestrator.Cli.Runs;
using Orchestrator.Client.Schedules;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>inbox</c>: what needs the user, in whichever of their repositories.</summary>
public sealed class InboxCommandTests
{
    [Fact]
    public async Task Inbox_QuestionOfAnotherRepository_IsShownWithACommandThatAnswersItAndGoesThen()
    {
        using var cli = await WaitingAsync();
        using var elsewhere = new CliFixture();
        elsewhere.Environment["HOME"] = cli.Home;

        var shown = await elsewhere.RunAsync("inbox");
        var json = (await elsewhere.RunAsync("inbox", "--json")).Json["entries"]!.AsArray();
        var command = (string)json[0]!["command"]!;
        var words = command.Split(' ');
        var answered = await elsewhere.RunAsync([.. words[1..], "--yes"]);

        var entry = Assert.Single(json)!;
        Assert.Equal(("question", cli.Folder, false), ((string)entry["kind"]!, (string)entry["repository"]!, (bool)entry["new"]!));
        Assert.Contains($"in {cli.Folder}", shown.Output, StringComparison.Ordinal);
        Assert.Contains("  new", shown.Output, StringComparison.Ordinal);
        Assert.StartsWith($"orchestrate -C {cli.Folder} approve ", command, StringComparison.Ordinal);
        Assert.Contains($"      {command}\n", shown.Output, StringComparison.Ordinal);
        Assert.True(answered.ExitCode == 0, answered.People);
        Assert.Empty((await elsewhere.RunAsync("inbox", "--json")).Json["entries"]!.AsArray());
        Assert.Equal("one\n", cli.Git("show", "main:one.txt"));
    }

    [Fact]
    public async Task Inbox_AnsweredAtTheTerminal_CarriesOutTheChosenCommand()
    {
        using var cli = await WaitingAsync();
        var id = (string)(await cli.RunAsync("inbox", "--json")).Json["entries"]![0]!["id"]!;
        var terminal = new RecordingTerminal { Answer = true, Texts = new Queue<string>(["2"]) };

        var answered = await cli.RunAsync(terminal, "inbox", id[..4]);

        Assert.Contains("  1  orchestrate approve ", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("  2  orchestrate reject ", terminal.Output, StringComparison.Ordinal);
        Assert.NotEqual(id, (string)(await cli.RunAsync("inbox", "--json")).Json["entries"]![0]!["id"]!);
        var status = (await cli.RunAsync("status", "--json")).Json;
        Assert.Equal(("escalated", "cancelled"), ((string)status["state"]!, (string)status["tasks"]![0]!["state"]!));
        Assert.Equal(1, answered.ExitCode);
    }

    [Theory]
    [InlineData("9", 2)]
    [InlineData("all", 2)]
    [InlineData("0", 0)]
    public async Task Inbox_AnsweredWithNoWay_DoesNothing(string answer, int code)
    {
        using var cli = await WaitingAsync();
        var id = (string)(await cli.RunAsync("inbox", "--json")).Json["entries"]![0]!["id"]!;

        var answered = await cli.RunAsync(new RecordingTerminal { Answer = true, Texts = new Queue<string>([answer]) }, "inbox", id);

        Assert.Equal(code, answered.ExitCode);
        Assert.Single((await cli.RunAsync("inbox", "--json")).Json["entries"]!.AsArray());
    }

    [Fact]
    public async Task Inbox_EntryThatIsPutOff_IsHiddenUntilThenAndStillThere()
    {
        using var cli = await WaitingAsync();
        var id = (string)(await cli.RunAsync("inbox", "--json")).Json["entries"]![0]!["id"]!;

        var snoozed = await cli.RunAsync("inbox", id, "--snooze", "2h");
        var hidden = await cli.RunAsync("inbox", "--exit-code");
        var all = await cli.RunAsync("inbox", "--all", "--exit-code", "--json");
        var bad = await cli.RunAsync("inbox", id, "--snooze", "soon");

        Assert.Equal((0, 0, 3, 2), (snoozed.ExitCode, hidden.ExitCode, all.ExitCode, bad.ExitCode));
        Assert.Contains("1 more entry is postponed", hidden.People, StringComparison.Ordinal);
        Assert.NotNull(all.Json["entries"]![0]!["snoozedUntil"]);
    }

    /// <summary>A time at which no task began is named, whatever the reason; what its run asks is an entry of its own.</summary>
    [Theory]
    [InlineData(MissedScheduleStart.NothingServed, false, true)]
    [InlineData(MissedScheduleStart.EarlierRunOpen, false, true)]
    [InlineData(MissedScheduleStart.NotYet, false, false)]
    [InlineData(MissedScheduleStart.NothingServed, true, false)]
    public void Of_LastTimeOfASchedule_IsAnEntryWhereNoTaskBegan(MissedScheduleStart missed, bool isPaused, bool isEntry)
    {
        var repository = new LocalRepositoryPaths("/shop", "/shop/.git", IsBare: false);
        var schedule = new RunSchedule
        {
            Name = "nightly",
            When = new ScheduleRecurrenceRule(new TimeOnly(22, 0), [], null, "Etc/UTC"),
            Input = new OrchestrationInput { Repository = "/shop" },
            CatchUp = TimeSpan.FromMinutes(10),
            IsPaused = isPaused,
        };
        ScheduledStartResult[] fires =
        [
            new(DateTimeOffset.UnixEpoch) { Began = DateTimeOffset.UnixEpoch },
            new(DateTimeOffset.UnixEpoch) { Missed = missed },
        ];

        var entry = UserInboxEntry.Of(schedule, fires, repository);

        Assert.Equal(isEntry, entry is not null);
        Assert.Equal(isEntry ? "orchestrate schedule run-now nightly" : null, entry?.Ways[0].Command);
        Assert.Null(UserInboxEntry.Of(schedule, [fires[0]], repository));
    }

    [Theory]
    [InlineData("approve r/a", "approve r/a")]
    [InlineData("retry r/a --guidance 'use port 80'", "retry r/a --guidance 'use port 80'")]
    [InlineData("approve r/b", null)]
    [InlineData("approve r/aa", null)]
    public void Entry_WhoseAnswerIsKept_IsAnswered(string kept, string? answered)
    {
        using var cli = new CliFixture().WithRepository();
        var run = new RunStatus
        {
            RunId = "r",
            State = RunStateNames.Executing,
            Kept = [kept],
            Tasks = [new RunTaskStatus { Id = "a", State = TaskStateNames.Blocked }],
            Questions =
            [
                new RunQuestion
                {
                    Id = "a",
                    Question = "?",
                    Ways =
                    [
                        new SuggestedCommand(SuggestedCommandKinds.Approve, "r/a"),
                        new SuggestedCommand(SuggestedCommandKinds.Guide, "r/a"),
                    ],
                },
            ],
        };

        Assert.Equal(answered, UserInboxEntry.Of(run, LocalRepositoryPaths.Find(cli.Folder)!).First().Answered);
    }

    /// <summary>The inbox starts no git process, however many repositories there are.</summary>
    [Fact]
    [Trait("Category", "Full")]
    public async Task Inbox_OverFiftyRepositories_StartsNoProgram()
    {
        using var cli = await WaitingAsync();
        var state = Directory.GetDirectories(cli.Home, "repositories", SearchOption.AllDirectories).Single();
        for (var i = 0; i < 50; i++)
        {
            var copy = Path.Combine(cli.Home, "many", $"r{i}");
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            cli.Git("clone", "-q", ".", copy);
            var runs = Directory.CreateDirectory(Path.Combine(copy, ".orchestrator", "runs")).FullName;
            foreach (var run in Directory.GetDirectories(Path.Combine(cli.Folder, ".orchestrator", "runs")))
            {
                var folder = Directory.CreateDirectory(Path.Combine(runs, Path.GetFileName(run))).FullName;
                File.Copy(Path.Combine(run, "status.json"), Path.Combine(folder, "status.json"));
            }
            File.Copy(Path.Combine(cli.Folder, ".orchestrator", "engine.db"), Path.Combine(copy, ".orchestrator", "engine.db"));
            await File.WriteAllTextAsync(Path.Combine(state, LocalRepositoryPaths.Find(copy)!.Key), copy);
        }
        var calls = Path.Combine(cli.Home, "calls");
        var programs = Directory.CreateDirectory(Path.Combine(cli.Home, "counted")).FullName;
        var git = Path.Combine(programs, "git");
        await File.WriteAllTextAsync(git, $"#!/bin/sh\necho \"$*\" >> '{calls}'\nPATH='{cli.Environment["PATH"]}' exec git \"$@\"\n");
        File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // This process finds git by its own PATH, so the program has one of its own.
        var program = new OrchestrateProgram(
            cli.Folder,
            cli.Environment.ToDictionary(one => one.Key, string? (one) => one.Key == "PATH" ? $"{programs}:{one.Value}" : one.Value)
        );
        var inbox = await program.RunAsync("inbox", "--json");

        Assert.Equal(51, JsonNode.Parse(inbox.StandardOutput.Text)!["entries"]!.AsArray().Count);

        Assert.False(File.Exists(calls), File.Exists(calls) ? await File.ReadAllTextAsync(calls) : "");
        await program.RunAsync("check");
        Assert.True(File.Exists(calls), "The counting program is not the git that commands start.");
    }

    /// <summary>Unexpected files in the user's state folder must not hide the inbox.</summary>
    [Fact]
    public async Task Inbox_DamagedFilesAndRepositoriesThatAreGone_ShowsTheOthers()
    {
        using var cli = await WaitingAsync();
        var state = Path.GetDirectoryName(Directory.GetDirectories(cli.Home, "repositories", SearchOption.AllDirectories).Single())!;
        await File.WriteAllTextAsync(Path.Combine(state, "inbox.json"), "{\"read\": 3");
        await File.WriteAllTextAsync(Path.Combine(state, "repositories", "000000000000"), "/nowhere/at/all");
        await File.WriteAllTextAsync(Path.Combine(state, "repositories", "torn"), "");

        var shown = await cli.RunAsync("inbox", "--json");

        Assert.Equal(0, shown.ExitCode);
        Assert.Single(shown.Json["entries"]!.AsArray());
    }

    [Fact]
    public async Task Inbox_WithoutAnything_SaysSo()
    {
        using var cli = new CliFixture();

        var shown = await cli.RunAsync("inbox", "--exit-code");

        Assert.Equal((0, ""), (shown.ExitCode, shown.Output));
        Assert.Contains("Nothing needs attention now.", shown.People, StringComparison.Ordinal);
    }

    [Fact]
    public void Anywhere_PathWithASpace_IsQuoted() =>
        Assert.Equal("orchestrate -C '/a b' status", KnownRepositoryStore.Anywhere("status", "/a b"));

    /// <summary>A run that waits for a yes to its one task.</summary>
    private static async Task<CliFixture> WaitingAsync()
    {
        var cli = await RepositoryAsync(", requires_approval: true");
        Assert.Equal(3, (await cli.RunAsync("run", "--yes")).ExitCode);
        return cli;
    }

    private static async Task<CliFixture> RepositoryAsync(string more)
    {
        var cli = RunCommandTests.Repository("echo one > one.txt");
        cli.Write("tasks.yaml", $"tasks:\n  - {{id: one, description: One, files_write: [one.txt]{more}}}\n");
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        return await cli.TrustAsync();
    }
}
