using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Orchestrator.Usage;
using Xunit;

namespace Orchestrator.Runs.Tests;

public sealed class RunContractReportSectionBuilderTests : IDisposable
{
    private static readonly DateTimeOffset Evening = new(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _repository = new();
    private long _sequence;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Section_OfANightThatKeptIt_SaysSo()
    {
        Begin(
            new OrchestrationInput
            {
                Until = Evening.AddHours(9),
                MaxCost = 40,
                Night = new UnattendedRunContractRecord { Tasks = 1 },
            }
        );
        Event("a", TaskStateNames.Preparing, null, 0);
        Event("a", TaskStateNames.Merged, null, 60);
        // A task with a slot does not count as a start of an agent.
        Event("b", TaskStateNames.Preparing, new TaskPlacedOnHostReason("desk (bbbb)"), 10 * 60);

        var lines = Lines(Run(RunStateNames.Completed, 12.5m) with { LandedCommit = "abc", LandedOn = "main" });

        Assert.All(lines, line => Assert.Equal("clause-kept", line.Kind));
        Assert.Contains(lines, line => line.Text == "No agent starts when 40.00 USD are spent: 12.50 were spent.");
        Assert.Contains(lines, line => line.Text == "No agent starts after 2026-11-25 07:00Z: none did.");
        Assert.Contains(lines, line => line.Text == "All tasks land: 1 of 1 task merged, on main.");
    }

    [Fact]
    public void Section_OfANightThatBrokeIt_SaysThatFirstAndByWhichEvents()
    {
        Begin(
            new OrchestrationInput
            {
                UntilTime = "07:00",
                UntilZone = "Europe/Berlin",
                MaxCost = 10,
                Night = new UnattendedRunContractRecord { Remarks = ["It runs on its battery (43 %)."] },
                Forecast = new RunForecast
                {
                    CostLow = 2,
                    CostHigh = 5,
                    SecondsLow = 600,
                    SecondsHigh = 7200,
                    PastTasks = 12,
                    PastRuns = 3,
                    Windows = [new WindowForecast("claude", "five_hour", 12, 31.5)],
                },
            }
        );
        Event("a", TaskStateNames.Preparing, null, 0);
        Event("a", TaskStateNames.Blocked, new AgentQuestionForUserReason(new VerbatimQuote("Which port?")), 60);
        // Berlin's seven o'clock is six o'clock UTC.
        Event("b", TaskStateNames.Preparing, null, 8 * 60 + 30);
        Event(null, RunStateNames.Executing, new ResumedByUserReason(), 9 * 60);
        Event("c", TaskStateNames.Preparing, null, 9 * 60 + 1);

        var lines = Lines(Run(RunStateNames.Executing, 12.5m));

        Assert.Equal(
            [
                "No agent starts after 2026-11-25 06:00Z: broken, b did.",
                "No agent starts when 10.00 USD are spent: broken, 12.50 were spent.",
                "No user is needed: broken, asked by a, first at 2026-11-24 23:00Z.",
                "All tasks land: broken, 1 of 1 task merged; nothing has landed.",
            ],
            lines.TakeWhile(line => line.IsBad).Select(line => line.Text)
        );
        Assert.Equal([4], lines[0].Events);
        Assert.Equal([3], lines[2].Events);
        Assert.Contains(lines, line => line.Text == "Known at the start: It runs on its battery (43 %).");
        Assert.Contains(
            lines,
            line =>
                line.Text
                == "Expected: 2.00 to 5.00 USD and 0:10:00 to 2:00:00, based on 12 past tasks of 3 runs; "
                    + "12 to 31.5 % of the 5-hour limit of claude. Actual: 12.50 USD (outside) and 12:00:00 (outside)."
        );
    }

    [Theory]
    [InlineData(200_000, "Actual, including all other use of the account: 20 % (within).")]
    [InlineData(400_000, "Actual, including all other use of the account: 40 % (outside).")]
    [InlineData(null, "Actual: unknown, because the service reported too little data.")]
    public void Section_OfARunWithAForecastOfALimit_SaysWhatItRoseBy(int? rise, string came)
    {
        Begin(new OrchestrationInput { Forecast = new RunForecast { Windows = [new WindowForecast("claude", "five_hour", 12, 31.5)] } });
        UsageRecord[] records = [Record(-30, 100_000), .. rise is { } by ? [Record(30, 100_000 + by)] : Array.Empty<UsageRecord>()];
        var accounts = new AccountUsageRecordCache(new Dictionary<string, string>(), () => records);

        var report = MorningReport.Of(Run(RunStateNames.Completed, 1), _repository.Path, Evening.AddHours(12), accounts);

        var line = report.Sections.Single(section => section.Id == "contract").Lines.Single(line => line.Kind == "forecast-window");
        Assert.Equal($"Expected: 12 to 31.5 % of the 5-hour limit of claude. {came}", line.Text);

        UsageRecord Record(int minute, int full) =>
            new()
            {
                Id = $"key/r/a/{minute}",
                Account = "claude",
                Run = "r",
                Task = "a",
                At = Evening.AddMinutes(minute),
                Windows = [new UsageWindowReading("five_hour", full, Evening.AddHours(3))],
            };
    }

    [Fact]
    public void Section_OfARunThatIsNoNights_IsEmpty()
    {
        Begin(new OrchestrationInput { MaxCost = 1 });

        Assert.Empty(Lines(Run(RunStateNames.Completed, 12.5m)));
    }

    [Fact]
    public void Section_OfARunWhoseStartIsDamaged_SaysSo()
    {
        Begin(new OrchestrationInput());
        File.WriteAllText(Folder.StartFile, "{");

        Assert.Equal("contract-unknown", Assert.Single(Lines(Run(RunStateNames.Completed, 1))).Kind);
    }

    private RunFolder Folder => new(_repository.Path, "r");

    private void Begin(OrchestrationInput input)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder.StartFile)!);
        File.WriteAllBytes(
            Folder.StartFile,
            new RunStartSettings
            {
                Input = input with { Repository = _repository.Path },
                Settings = SettingsLoader.Load(new RawSettingSourceContent()).Settings!,
            }.ToJson()
        );
        Event(null, RunStateNames.Executing, null, 0);
    }

    private void Event(string? task, string state, Reason? why, int minute) =>
        ProgressRecorder.Append(
            Folder.Events,
            [
                new RunEvent
                {
                    Sequence = ++_sequence,
                    Time = Evening.AddMinutes(minute),
                    Task = task,
                    State = state,
                    Why = why,
                },
            ]
        );

    private IReadOnlyList<RunReportLine> Lines(RunStatus run) =>
        MorningReport.Of(run, _repository.Path, Evening.AddHours(12)).Sections.FirstOrDefault(section => section.Id == "contract")?.Lines
        ?? [];

    private static RunStatus Run(string state, decimal cost) =>
        new()
        {
            RunId = "r",
            State = state,
            StartedAt = Evening,
            UpdatedAt = Evening.AddHours(1),
            Cost = cost,
            Tasks = [new RunTaskStatus { Id = "a", State = TaskStateNames.Merged }],
        };
}
