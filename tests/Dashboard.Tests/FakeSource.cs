using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Orchestrator.Client.Views;
using Orchestrator.Documents;
using Orchestrator.Machine.Cleaning;
using Orchestrator.Machine.Sessions;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Dashboard.Tests;

/// <summary>One repository with one run, whose texts and events a test chooses; it notes every command.</summary>
internal sealed class FakeSource : IDashboardSource
{
    private readonly Channel<RunEvent> _coming = Channel.CreateUnbounded<RunEvent>();
    private int _changes;

    public RepositoryEntry Repository { get; init; } = new("aaaaaaaaaaaa", "shop", "/work/shop");

    public required RunStatus Run { get; set; }

    public List<RunEvent> Events { get; init; } = [];

    public IReadOnlyList<string> Log { get; init; } = [];

    public string Patch { get; init; } = "";

    public bool IsStep { get; set; }

    /// <summary>The run was removed.</summary>
    public bool IsGone { get; set; }

    /// <summary>Commands that change something, with who gave them.</summary>
    public ConcurrentQueue<CommandCall> Acts { get; } = new();

    public ConcurrentQueue<CommandCall> Reads { get; } = new();

    public Func<CommandCall, CommandOutcome> Answer { get; set; } = _ => new CommandOutcome(0, "", "done");

    /// <summary>Answers of commands that read; null, also of one: as they are.</summary>
    public Func<CommandCall, CommandOutcome?>? AnswerRead { get; set; }

    public IReadOnlyList<RepositoryEntry> Repositories() => [Repository];

    public bool IsStepOfRun(int port) => IsStep;

    public string Fingerprint(RepositoryEntry repository, string? run) => $"{_changes}";

    public void Change() => Interlocked.Increment(ref _changes);

    public void Add(RunEvent happened)
    {
        Events.Add(happened);
        Run = Run with { Sequence = happened.Sequence };
        Change();
        _coming.Writer.TryWrite(happened);
    }

    public Task<CommandOutcome> CallAsync(CommandCall call, CancellationToken stop)
    {
        var isRead = call.Words.Contains("--json") || call.Words[0] is "report" or "risk";
        (isRead ? Reads : Acts).Enqueue(call);
        if (!isRead)
        {
            return Task.FromResult(Answer(call));
        }
        return Task.FromResult(
            AnswerRead?.Invoke(call)
                ?? call.Words[0] switch
                {
                    "status" or "show" or "logs" or "diff" when IsGone || !call.Words[^1].StartsWith(Run.RunId, StringComparison.Ordinal) =>
                        new CommandOutcome(2, "", "error: There is no such run.\n  See 'orchestrate history'."),
                    "status" => Document(Run),
                    "history" => Document(new HistoryDocument(1, [HistoryEntry.Of(Run)])),
                    "inbox" => Document(new InboxDocument([.. Run.Questions.Select(Line)])),
                    "logs" => Document(new LogDocument(Run.RunId, call.Words[^1].Split('/')[1], 1, Log)),
                    "diff" => Document(new DiffDocument(Run.RunId, call.Words[^1].Split('/')[1], Patch, IsCut: false)),
                    "usage" => Document(Usage()),
                    "sessions" => Document(new SessionsDocument(Run.Title, [Session("s1"), Session(Run.Title)])),
                    "worktrees" => Document(
                        new WorktreesDocument([Worktree("/w") with { Run = Run.RunId, Task = "a" }, Worktree(Run.Title)])
                    ),
                    "proof" when call.Words[^1] != "x:1" => new CommandOutcome(
                        2,
                        "",
                        "error: There is no such line.\n  The file has 1 line."
                    ),
                    "proof" => Document(new ProofDocument(Proof())),
                    "graph" => new CommandOutcome(2, "", "error: This is no plan."),
                    "config" => Document(
                        new ConfigDocument([
                            new ConfigEntry("workers", Run.Title, "3", "flag", Run.Title, 0, Run.Title, Withheld: false),
                            new ConfigEntry("program", Run.Title, new string('x', 300), "flag", "", 0, Run.Title, Withheld: false),
                        ])
                    ),
                    "events" => new CommandOutcome(
                        0,
                        string.Concat(Events.Select(happened => JsonSerializer.Serialize(happened, CommandReader.Json) + "\n")),
                        ""
                    ),
                    _ => new CommandOutcome(0, "{}", ""),
                }
        );
    }

    public IAsyncEnumerable<RunEvent>? FollowAsync(RepositoryEntry repository, string run, long after, CancellationToken stop) =>
        run == Run.RunId ? FollowAsync(after, stop) : null;

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
        var line = new UsageLine(Run.Title, Run.Title, 3, 1000, 200, 500, 10, 1.5m, IsWhole: false, Runs.Begin);
        return new UsageDocument(
            [
                new UsageAccount(
                    Run.Title,
                    1,
                    2,
                    null,
                    0.5m,
                    0.1m,
                    3,
                    40,
                    [new UsageWindowLine(Run.Title, 83.5m, Runs.Begin, Runs.Begin)],
                    new UsageBlock(Run.Title, Runs.Begin, Runs.Begin, Run.Title)
                ),
            ],
            30,
            new UsageSums([line], [line], [line], [line], [line, line]),
            new UsagePrices("2026-11-01", Run.Title),
            [Run.Title]
        );
    }

    private ClaudeSession Session(string id) =>
        new(id, Run.Title, 1000, SessionStanding.Ended)
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
        new(path, WorktreeOwner.Person, new FolderSize(3, 2_500_000), CanGo: false, Run.Title) { State = Run.Title, Branch = Run.Title };

    private LineProof Proof() =>
        new(Run.Title, 1, Run.Title, "abc", Run.Title, Runs.Begin, Run.Title)
        {
            Run = Run.RunId,
            Task = "a",
            Title = Run.Title,
            Attempt = 2,
            Merge = "def",
            Agent = Run.Title,
            CostUsd = 1.5m,
            Gates = [new ProvenGate(Run.Title, Passed: true, Run.Title, Run.Title, "0123")],
            Decisions = [new ProvenDecision(Run.Title, Runs.Begin, Run.Title, 7)],
            Gaps = [Run.Title],
        };

    private InboxLine Line(RunQuestion question) =>
        new("11111111", "question", Repository.Root, Run.RunId, question.Question, [question.Question], "", [], question.Since, true, null)
        {
            Ways = question.Ways,
            Shown = question.Shown,
        };

    private static CommandOutcome Document<T>(T document) => new(0, JsonSerializer.Serialize(document, CommandReader.Json), "");
}
