using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Orchestrator.App.Cleaning;
using Orchestrator.App.Conversations;
using Orchestrator.App.Documents;
using Orchestrator.App.Queries;
using Orchestrator.Client.Views;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Dashboard.Tests;

/// <summary>A command that changes something.</summary>
/// <param name="Text">The command with its target and arguments.</param>
/// <param name="Device">Device of the user.</param>
internal sealed record Act(string Text, string Device);

/// <summary>A repository with one run, whose texts and events a test chooses. Records every query and command.</summary>
internal sealed class FakeSource : IDashboardBackend, IRunQueries, IRunCommands
{
    private readonly Channel<RunEvent> _coming = Channel.CreateUnbounded<RunEvent>();
    private int _changes;

    public DashboardRepositoryReference Repository { get; init; } = new("aaaaaaaaaaaa", "shop", "/work/shop");

    public required RunStatus Run { get; set; }

    public List<RunEvent> Events { get; init; } = [];

    public IReadOnlyList<string> Log { get; init; } = [];

    public string Patch { get; init; } = "";

    public bool IsStep { get; set; }

    /// <summary>Callers that were judged, with the addresses that they called.</summary>
    public ConcurrentQueue<(IPEndPoint Caller, IPEndPoint Called)> Callers { get; } = new();

    /// <summary>The run was removed.</summary>
    public bool IsGone { get; set; }

    /// <summary>Commands that change something, with who gave them.</summary>
    public ConcurrentQueue<Act> Acts { get; } = new();

    /// <summary>Questions that were asked.</summary>
    public ConcurrentQueue<string> Reads { get; } = new();

    public Func<Act, RunControlResult> Answer { get; set; } = _ => new RunControlResult(UseCaseOutcome.Done, "done");

    private string _device = "";

    /// <summary>The fault of a question; null, also of one: it is answered.</summary>
    public Func<string, UseCaseException?>? FaultOf { get; set; }

    public IReadOnlyList<DashboardRepositoryReference> Repositories() => [Repository];

    public DashboardRepositoryReference? Home { get; init; }

    public bool IsStepOfRun(IPEndPoint caller, IPEndPoint called)
    {
        Callers.Enqueue((caller, called));
        return IsStep;
    }

    public string Fingerprint(DashboardRepositoryReference repository, string? run) => $"{_changes}";

    public void Change() => Interlocked.Increment(ref _changes);

    public void Add(RunEvent happened)
    {
        Events.Add(happened);
        Run = Run with { Sequence = happened.Sequence };
        Change();
        _coming.Writer.TryWrite(happened);
    }

    public IRunQueries QueriesIn(DashboardRepositoryReference repository) => this;

    public IRunCommands CommandsIn(DashboardRepositoryReference repository, string device)
    {
        _device = device;
        return this;
    }

    public Task<RunControlResult> SteerAsync(SteeringCommandDefinition definition, SteeringRequest request, CancellationToken stop)
    {
        string[] more =
        [
            .. request.Values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => $"{value.Key}={value.Value}"),
            .. request.AcceptsLosses ? ["losses"] : (string[])[],
            .. request.Confirmed ? ["confirmed"] : (string[])[],
            .. request.WithDependants ? ["dependants"] : (string[])[],
        ];
        return ActAsync(
            string.Join(' ', more.Prepend($"{definition.Name} {request.Run}{(request.Task is null ? "" : $"/{request.Task}")}"))
        );
    }

    public async Task<RunControlResult> StartAsync(BackgroundRunRequest start, CancellationToken stop)
    {
        var result = await ActAsync($"start {start.Plan}{start.Request}{string.Join('|', start.Tasks ?? [])}");
        return result.IsDone ? result with { RunId = Run.RunId } : result;
    }

    public Task<RunControlResult> SendMailAsync(string run, string? task, string text, CancellationToken stop) =>
        ActAsync($"mail {run}/{task} {text}");

    public Task<RunControlResult> HoldAsync(string run, string reason, CancellationToken stop) => ActAsync($"hold {run} {reason}");

    public Task<RunControlResult> ReleaseAsync(string run, CancellationToken stop) => ActAsync($"release {run}");

    public Task<RunControlResult> OpenPullRequestsAsync(string run, CancellationToken stop) => ActAsync($"pr {run}");

    public Task<RunControlResult> CleanUpAsync(CancellationToken stop) => ActAsync("cleanup");

    public Task<PlanAnalysisResult> PlanAsync(string text, CancellationToken stop) =>
        AnswerAsync(
            $"plan {text}",
            () => new PlanAnalysisResult(new PlanCheckResult(text, new PlanReadResult(null, []), Gates: null), Graph: null, [])
        );

    private Task<RunControlResult> ActAsync(string text)
    {
        var act = new Act(text, _device);
        Acts.Enqueue(act);
        return Task.FromResult(Answer(act));
    }

    public Task<RunStatus> RunAsync(string? run, CancellationToken stop) => AnswerAsync($"run {run}", () => OfRun(run, Run));

    /// <summary>Limits of the questions for events.</summary>
    public ConcurrentQueue<int?> Limits { get; } = new();

    public Task<IReadOnlyList<RunEvent>> EventsAsync(string? run, int? limit, CancellationToken stop)
    {
        Limits.Enqueue(limit);
        return AnswerAsync<IReadOnlyList<RunEvent>>($"events {run}", () => [.. Events.TakeLast(limit ?? int.MaxValue)]);
    }

    public Task<EventsDocument> EventPageAsync(string run, int after, int limit) =>
        AnswerAsync(
            $"event page {run}",
            () => OfRun(run, new EventsDocument(Run.RunId, [.. Events.Where(one => one.Sequence > after).Take(limit)], null))
        );

    public Task<GatesDocument> GatesAsync(string run) =>
        AnswerAsync(
            $"gates {run}",
            () => OfRun(run, new GatesDocument(Run.RunId, [new GateResultLine("a.gates-1.0", GateStage.Task, "a", Verdict())]))
        );

    public Task<GateLogDocument> GateLogAsync(string run, string gate, int after, int limit) =>
        AnswerAsync($"gate log {run} {gate}", () => OfRun(run, new GateLogDocument(Run.RunId, gate, after + 1, Log, null)));

    public Task<TaskDocument> TaskAsync(string task, CancellationToken stop) =>
        AnswerAsync($"task {task}", () => OfRun(task, new TaskDocument(Run.RunId, Run.Tasks[0], Events, [], [], [])));

    public Task<AgentLogDocument> LogAsync(string? task, int? start, CancellationToken stop) =>
        AnswerAsync($"log {task}", () => OfRun(task, new AgentLogDocument(Run.RunId, task!.Split('/')[1], start ?? 1, Log)));

    public IReadOnlyList<GateResultLine> Gates { get; init; } = [];

    public Plan? Plan { get; init; }

    public Task<IReadOnlyList<GateResultLine>> GateRunsAsync(string? run, CancellationToken stop) =>
        AnswerAsync($"gates {run}", () => OfRun(run, Gates));

    public Task<Plan> PlanOfAsync(string? run, CancellationToken stop) =>
        AnswerAsync($"plan of {run}", () => Plan ?? throw new UseCaseException(UseCaseOutcome.Usage, "There is no plan.", "Wait."));

    public Task<TaskDiffDocument> DiffAsync(string? which, CancellationToken stop) =>
        AnswerAsync(
            $"diff {which}",
            () =>
                OfRun(
                    which,
                    new TaskDiffDocument(Run.RunId, which!.Split('/').ElementAtOrDefault(1) ?? "", Patch, IsCut: false)
                    {
                        From = "base",
                        To = "0123",
                    }
                )
        );

    public Task<DiffLineCounts> LineCountsAsync(string run, CancellationToken stop) =>
        AnswerAsync($"lines of {run}", () => OfRun(run, new DiffLineCounts(CountLines("\n+"), CountLines("\n-"))));

    private int CountLines(string begin) => Patch.Split(begin).Length - Patch.Split(begin + begin[1..] + begin[1..]).Length;

    public Task<RunStatus> ReportAsync(string? run, CancellationToken stop) => AnswerAsync($"report {run}", () => OfRun(run, Run));

    public Task<string> ReportTextAsync(string? run, CancellationToken stop) => AnswerAsync($"report text {run}", () => Run.Title);

    public string EscalationText(string? run) => Run.Title;

    public Task<CollectDocument> ResultsAsync(IReadOnlyList<string> runs, CancellationToken stop) =>
        AnswerAsync($"results {string.Join(' ', runs)}", () => OfRun(runs[0], new CollectDocument([])));

    public Task<RunListDocument> HistoryAsync(int limit, bool withForecasts, CancellationToken stop, string? after = null) =>
        AnswerAsync("history", () => new RunListDocument(1, [RunListEntry.Of(Run)]));

    public Task<InboxDocument> InboxAsync(bool withSnoozed, CancellationToken stop) =>
        AnswerAsync("inbox", () => new InboxDocument([.. Run.Questions.Select(Line)]));

    public Task<UsageDocument> UsageAsync(int days, string? run, CancellationToken stop) => AnswerAsync("usage", Usage);

    public SettingListDocument Settings(bool onlyChanged) =>
        Answered(
            "settings",
            () =>
                new SettingListDocument([
                    new EffectiveSetting("workers", Run.Title, "3", "flag", Run.Title, 0, Run.Title, Withheld: false),
                    new EffectiveSetting("program", Run.Title, new string('x', 300), "flag", "", 0, Run.Title, Withheld: false),
                ])
        );

    public Task<ProofDocument> ProofAsync(string place, string? revision, CancellationToken stop) =>
        AnswerAsync(
            $"proof {revision} {place}",
            () =>
                place is "x:1" or "1"
                    ? new ProofDocument(Proof())
                    : throw new UseCaseException(UseCaseOutcome.Usage, "This line does not exist.", "The file has 1 line.")
        );

    public SessionsDocument Conversations(double? hours, int limit, CancellationToken stop) =>
        Answered(
            string.Create(CultureInfo.InvariantCulture, $"conversations {hours} {limit}"),
            () => new SessionsDocument(Run.Title, [Session("s1"), Session(Run.Title)])
        );

    public Task<WorktreesDocument> WorktreesAsync(CancellationToken stop) =>
        AnswerAsync("worktrees", () => new WorktreesDocument([Worktree("/w") with { Run = Run.RunId, Task = "a" }, Worktree(Run.Title)]));

    public Task<CheckDocument> CheckAsync(CancellationToken stop) => AnswerAsync("check", () => new CheckDocument("ok", []));

    public Task<SchedulesDocument> SchedulesAsync(CancellationToken stop) =>
        AnswerAsync("schedules", () => new SchedulesDocument(true, []));

    public BacklogDocument Backlog() => Answered("backlog", () => new BacklogDocument(Run.Title, [], [], []));

    private Task<T> AnswerAsync<T>(string question, Func<T> answer) => Task.FromResult(Answered(question, answer));

    private T Answered<T>(string question, Func<T> answer)
    {
        Reads.Enqueue(question);
        return FaultOf?.Invoke(question) is { } fault ? throw fault : answer();
    }

    private T OfRun<T>(string? which, T answer) =>
        !IsGone && IsNamed(which!.Split('/')[0])
            ? answer
            : throw new UseCaseException(UseCaseOutcome.Usage, "There is no such run.", "See 'orchestrate history'.");

    private bool IsNamed(string run) =>
        run.Length > 3 && (Run.RunId.StartsWith(run, StringComparison.Ordinal) || Run.RunId.EndsWith(run, StringComparison.Ordinal));

    public IAsyncEnumerable<RunEvent>? FollowAsync(
        DashboardRepositoryReference repository,
        string run,
        long after,
        CancellationToken stop
    ) => run == Run.RunId ? FollowAsync(after, stop) : null;

    private async IAsyncEnumerable<RunEvent> FollowAsync(long after, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var happened in Events.Where(happened => happened.Sequence > after).ToList())
        {
            yield return happened;
        }
        await foreach (var happened in _coming.Reader.ReadAllAsync(stop))
        {
            if (happened.Sequence > after)
            {
                yield return happened;
            }
        }
    }

    private UsageDocument Usage()
    {
        var line = new UsageGroupTotal(Run.Title, Run.Title, 3, 1000, 200, 500, 10, 1.5m, IsWhole: false, Runs.Begin);
        return new UsageDocument(
            [
                new AccountUsageSummary(
                    Run.Title,
                    1,
                    2,
                    null,
                    0.5m,
                    0.1m,
                    3,
                    40,
                    [new UsageWindowLine(Run.Title, 83.5m, Runs.Begin, Runs.Begin)],
                    new AccountBlockPeriod(Run.Title, Runs.Begin, Runs.Begin, Run.Title)
                ),
            ],
            30,
            new UsageSums([line], [line], [line], [line], [line, line]),
            new UsagePrices("2026-11-01", Run.Title),
            [Run.Title]
        );
    }

    private ClaudeSession Session(string id) =>
        new(id, Run.Title, 1000, ClaudeSessionStatus.Ended)
        {
            Folder = Run.Title,
            Branch = Run.Title,
            Title = Run.Title,
            Model = Run.Title,
            LastAt = Runs.Begin,
            ContextTokens = 12000,
            LastWords = Run.Title,
            Task = id == "s1" ? $"{Run.RunId}/a" : null,
            Fault = Run.Title,
        };

    private WorktreeEntry Worktree(string path) =>
        new(path, WorktreeOwnerKind.Person, new FolderSize(3, 2_500_000), CanGo: false, Run.Title)
        {
            State = Run.Title,
            Branch = Run.Title,
        };

    private LineProvenance Proof() =>
        new(Run.Title, 1, Run.Title, "abc", Run.Title, Runs.Begin, Run.Title)
        {
            Run = Run.RunId,
            Task = "a",
            Title = Run.Title,
            Attempt = 2,
            Merge = "def",
            Agent = Run.Title,
            CostUsd = 1.5m,
            Gates = [new LineProvenanceGateVerdict(Run.Title, Passed: true, Run.Title, Run.Title, "0123")],
            Decisions = [new LineProvenanceUserDecision(Run.Title, Runs.Begin, Run.Title, 7)],
            Gaps = [Run.Title],
        };

    private static GateVerdict Verdict() =>
        new()
        {
            Gate = new Gate("make test"),
            Command = "make test",
            Result = GateResult.Passed,
        };

    private InboxEntryDocument Line(RunQuestion question) =>
        new("11111111", "question", Repository.Root, Run.RunId, question.Question, [question.Question], "", [], question.Since, true, null)
        {
            Ways = question.Ways,
            Shown = question.Shown,
        };
}
