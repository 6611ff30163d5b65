using Orchestrator.App.Queries;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class MorningReportTests : IDisposable
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _repository = new();
    private readonly List<RunEvent> _events = [];
    private long _sequence;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Html_OfARunThatCameToAStand_SaysWhatItsEventsSay()
    {
        var run = Night();

        var checker = Check(run, Evening.AddHours(9));

        Assert.Equal(["parser: Write <b>the</b> parser", "docs: Write the docs"], checker.Said("merged"));
        Assert.Equal(
            "No work has landed; 2 of 4 tasks merged, 1 failed, 1 needs attention (on orchestrator/r/staging).",
            Assert.Single(checker.Said("landed"))
        );
        Assert.Equal(2, checker.Said("needs-person").Count);
        Assert.Contains("docs: not verified: no gate checked it", checker.Said("unproven"));
        Assert.Equal("parser was rejected 2 times", Assert.Single(checker.Said("sent-back")));
    }

    [Fact]
    public void Html_OfARunThatLanded_SaysWhere()
    {
        Event(null, RunStateNames.Executing, null, 0);
        Event("a", TaskStateNames.Executing, null, 1);
        Event("a", TaskStateNames.Merged, null, 60);
        Event(null, RunStateNames.Completed, new RunLandedReason(new VerbatimQuote("on main")), 61);
        var run = Run(RunStateNames.Completed, Task("a", TaskStateNames.Merged, 1.25m)) with
        {
            LandedCommit = new string('a', 40),
            LandedOn = "main",
        };

        var checker = Check(run, Evening.AddMinutes(61));

        Assert.Equal(
            $"1 of 1 task merged; landed: {CommitIdFormatter.Shorten(run.LandedCommit)} on main.",
            Assert.Single(checker.Said("landed"))
        );
    }

    [Fact]
    public void Html_OfARunWithoutEvents_IsWhole()
    {
        var run = Run(RunStateNames.Planning);

        var report = MorningReport.Of(run, _repository.Path, Evening);

        Assert.StartsWith("<div>", ReportHtml.Render(report));
    }

    /// <summary>The checker is worth something: each of these lies is noticed.</summary>
    [Theory]
    [InlineData("was rejected 2 times", "was rejected 3 times")]
    [InlineData("gate 'npm test'", "gate 'npm lint'")]
    [InlineData("<td>2.50</td>", "<td>2.40</td>")]
    [InlineData("<td>2:30:00</td>", "<td>2:29:00</td>")]
    [InlineData("data-kind=\"merged\" data-task=\"docs\"", "data-kind=\"merged\" data-task=\"api\"")]
    [InlineData("<div>", "<div><img src=\"https://example.org/x.png\"/>")]
    public void Checker_OfAReportThatLies_Notices(string truth, string lie)
    {
        var run = Night();
        Write();
        var html = ReportHtml.Render(MorningReport.Of(run, _repository.Path, Evening.AddHours(9)));
        var events = File.ReadAllLines(new RunFolder(_repository.Path, "r").Events);

        Assert.Contains(truth, html);
        Assert.ThrowsAny<Exception>(() =>
            new ReportChecker(html.Replace(truth, lie, StringComparison.Ordinal), events).Check(Evening.AddHours(9))
        );
    }

    /// <summary>Fifty random nights: whatever happened to the tasks, what the report says is what the events say.</summary>
    [Fact]
    public void Html_OfRandomNights_SaysWhatTheirEventsSay()
    {
        var seed = Environment.TickCount;
        var chance = new Random(seed);
        for (var night = 0; night < 50; night++)
        {
            _events.Clear();
            _sequence = 0;
            var tasks = Enumerable.Range(0, chance.Next(1, 9)).Select(i => RandomTask(chance, $"t{i}\u202E<i>{i}", i)).ToList();
            _events.Sort((one, other) => one.Time.CompareTo(other.Time));
            Event(null, RunStateNames.Escalated, new NoTaskCanRunReason(["t0"]), 700);
            var run = Run(RunStateNames.Escalated, [.. tasks]);

            var failure = Record.Exception(() => Check(run, Evening.AddHours(13)));

            Assert.True(failure is null, $"seed {seed}, night {night}: {failure}");
        }
    }

    [Fact]
    public void Sections_OfTheWholeReport_AreInItsMarkdownToo()
    {
        var run = Night();
        Write();

        var text = new RunReport(_repository.Path).Render(run);

        Assert.Contains("## Rejected work and reasons\n\n- parser was rejected 2 times (event ", text);
        Assert.Contains(
            "## Where the time went\n\n| of all tasks together | time | share |\n|---|---|---|\n| agents at work | 2:30:00 |",
            text
        );
        Assert.Contains("## Not verified\n\n- docs: not verified: no gate checked it (event ", text);
    }

    private RunStatus Night()
    {
        Event(null, RunStateNames.Executing, null, 0);
        Event("parser", TaskStateNames.Preparing, null, 0);
        Event("parser", TaskStateNames.Executing, null, 1);
        Event("parser", TaskStateNames.Verifying, null, 30);
        Event(
            "parser",
            TaskStateNames.Remediating,
            new VerificationFailedReason([new VerbatimQuote("gate 'npm test': exit code 1 & \u001b[31m<b>red</b>")]),
            40
        );
        Event("parser", TaskStateNames.Verifying, null, 60);
        Event(
            "parser",
            TaskStateNames.Remediating,
            new VerificationFailedReason([new VerbatimQuote("it wrote docs/x.md, which it does not own")]),
            61
        );
        Event("parser", TaskStateNames.Verifying, null, 80);
        Event("parser", TaskStateNames.Merging, null, 85);
        Event("parser", TaskStateNames.Merged, null, 86);
        Event("docs", TaskStateNames.Executing, null, 10);
        Event("docs", TaskStateNames.Parked, new UsageLimitReachedReason(Evening.AddHours(3), new VerbatimQuote("the limit")), 20);
        Event("docs", TaskStateNames.Executing, null, 200);
        Event("docs", TaskStateNames.Merged, null, 210);
        Event("api", TaskStateNames.Executing, null, 10);
        Event("api", TaskStateNames.Blocked, new AgentQuestionForUserReason(new VerbatimQuote("Which\u202Eport?")), 40);
        Event("ui", TaskStateNames.Executing, null, 40);
        Event("ui", TaskStateNames.Failed, new AgentFailedReason(new VerbatimQuote("<script>alert(1)</script>")), 71);
        Event(null, RunStateNames.Escalated, new NoTaskCanRunReason(["ui"]), 211);
        return Run(
            RunStateNames.Escalated,
            Task("parser", TaskStateNames.Merged, 2.5m) with
            {
                Title = "Write <b>the</b> parser",
                Attempt = 3,
                Starts = 3,
                Gates = new GateSummary
                {
                    Proof = GateAssuranceLevel.Verified,
                    Total = 1,
                    Passed = 1,
                },
            },
            Task("docs", TaskStateNames.Merged, 0.333m) with
            {
                Title = "Write the docs",
            },
            Task("api", TaskStateNames.Blocked, 0.1m) with
            {
                Why = new AgentQuestionForUserReason(new VerbatimQuote("Which\u202Eport?")),
            },
            Task("ui", TaskStateNames.Failed, 1m) with
            {
                Why = new AgentFailedReason(new VerbatimQuote("<script>alert(1)</script>")),
            }
        ) with
        {
            Questions = [Question("api"), Question("ui")],
        };
    }

    private static RunQuestion Question(string task) =>
        new()
        {
            Id = task,
            Question = $"What about {task}?",
            Ways = [new SuggestedCommand(SuggestedCommandKinds.Guide, $"r/{task}")],
        };

    private RunTaskStatus RandomTask(Random chance, string id, int index)
    {
        string[] states =
        [
            TaskStateNames.Pending,
            TaskStateNames.Preparing,
            TaskStateNames.Executing,
            TaskStateNames.Verifying,
            TaskStateNames.Remediating,
            TaskStateNames.Merging,
            TaskStateNames.Blocked,
            TaskStateNames.Parked,
            TaskStateNames.AwaitingApproval,
        ];
        var minute = chance.Next(60);
        for (var i = 0; i < chance.Next(1, 15); i++)
        {
            Event(
                id,
                states[chance.Next(states.Length)],
                new TaskRemarkForUserReason(new VerbatimQuote($"why\u200B {i} <{index}>\nsecond line")),
                minute
            );
            minute += chance.Next(40);
        }
        var end = chance.Next(3) == 0 ? TaskStateNames.Failed : TaskStateNames.Merged;
        Event(id, end, null, minute);
        return Task(id, end, chance.Next(10_000) / 1000m) with { Starts = chance.Next(1, 5) };
    }

    private ReportChecker Check(RunStatus run, DateTimeOffset now)
    {
        Write();
        var html = ReportHtml.Render(MorningReport.Of(run, _repository.Path, now));
        var checker = new ReportChecker(html, File.ReadLines(new RunFolder(_repository.Path, run.RunId).Events));
        checker.Check(RunStateNames.IsFinal(run.State) ? run.UpdatedAt : now);
        return checker;
    }

    private void Write()
    {
        var folder = new RunFolder(_repository.Path, "r");
        Directory.CreateDirectory(folder.Path);
        File.Delete(folder.Events);
        ProgressRecorder.Append(folder.Events, [.. _events.Select((happened, i) => happened with { Sequence = i + 1 })]);
    }

    private void Event(string? task, string state, Reason? why, int minute) =>
        _events.Add(
            new RunEvent
            {
                Sequence = ++_sequence,
                Time = Evening.AddMinutes(minute),
                Task = task,
                State = state,
                Why = why,
            }
        );

    private static RunTaskStatus Task(string id, string state, decimal cost) =>
        new()
        {
            Id = id,
            State = state,
            Attempt = 1,
            Starts = 1,
            Cost = cost,
            Tokens = 1000,
        };

    private static RunStatus Run(string state, params RunTaskStatus[] tasks) =>
        new()
        {
            RunId = "r",
            State = state,
            Staging = "orchestrator/r/staging",
            StartedAt = Evening,
            UpdatedAt = Evening.AddMinutes(61),
            Cost = tasks.Sum(task => task.Cost),
            AgentStarts = tasks.Sum(task => task.Starts),
            Tasks = tasks,
        };
}
