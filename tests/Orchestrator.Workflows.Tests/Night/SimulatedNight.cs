using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Reports;
using Orchestrator.Settings;
using Orchestrator.TestKit;
using Orchestrator.Usage;
using Temporalio.Api.Enums.V1;

namespace Orchestrator.Workflows.Tests.Night;

/// <summary>A night with the real workflows, the real rules of accounts and the real report, and agents that only take time and money. It
/// notes itself what happens.</summary>
/// <param name="tasks">Number of tasks.</param>
/// <param name="workers">Number of agents that work at once.</param>
internal sealed class SimulatedNight(int tasks, int workers) : IAsyncDisposable
{
    private const string Account = "claude";
    private const int Windows = 3;
    private static readonly TimeSpan Reset = TimeSpan.FromMinutes(70);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    /// <summary>Tasks that waited for one thing are woken one after the other, as far apart as this.</summary>
    private static readonly TimeSpan WakeSpread = TimeSpan.FromSeconds(5);

    private readonly TempFolder _repository = new();
    private readonly ConcurrentDictionary<(string Task, int Start), Task<AgentRunResult>> _agents = new();
    private readonly Lock _lock = new();
    private AccountLedgerSet _book = AccountLedgerSet.Empty;
    private DateTimeOffset? _expired;
    private int _inFlight;
    private int _inWindow;
    private int _verified;
    private ScriptedRun _run = null!;

    /// <summary>The clock is put forward by so much at once.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromMinutes(20);

    /// <summary>Nine in the evening of the night in which Berlin's clocks are put back: it has eleven hours up to seven.</summary>
    public static DateTimeOffset Evening { get; } = new(2026, 10, 24, 19, 0, 0, TimeSpan.Zero);

    public NightClock Clock { get; } = new(Evening);

    public NightTruth Truth { get; } = new();

    public decimal MaxCost { get; } = decimal.Round(tasks * 0.08m, 2);

    /// <summary>Plays it until the run has ended or the night is over.</summary>
    public async Task<RunStatus> PlayAsync()
    {
        await BeginAsync();
        var morning = Evening.AddHours(12);
        var (hasSlept, status) = (false, await SettledAsync());
        while (!RunStateNames.IsFinal(status.State) && Clock.GetUtcNow() < morning)
        {
            if (status.Questions.Any(question => question.Id == "budget-run"))
            {
                Truth.AskedAt ??= Clock.GetUtcNow();
                var more = new RaiseBudgetArguments(BudgetKinds.Run, 3 * MaxCost, By: "kim");
                await _run.Run.ExecuteUpdateAsync(w => w.IncreaseBudgetAsync(more));
                Truth.Raises++;
            }
            if (!hasSlept && Clock.GetUtcNow() > Evening.AddHours(1) && Clock.Awaited > 0)
            {
                hasSlept = true;
                Truth.Slept = TimeSpan.FromHours(2);
                Clock.Forward(Truth.Slept, asleep: true);
            }
            else
            {
                Clock.Forward(Step);
            }
            status = await WokenAsync();
        }
        return status;
    }

    /// <summary>All that are to be woken by now are. In a real night that takes a minute or two; by the next step of this one few would
    /// be.</summary>
    private async Task<RunStatus> WokenAsync()
    {
        var status = await SettledAsync();
        for (var before = int.MaxValue; Parked() is > 0 and var parked && parked < before; before = parked)
        {
            Clock.Forward(WakeSpread);
            status = await SettledAsync();
        }
        return status;

        int Parked() => status.Tasks.Count(task => task.State == TaskStateNames.Parked);
    }

    /// <summary>The report of the morning.</summary>
    public MorningReport Report(RunStatus status) => MorningReport.Of(status, _repository.Path, Clock.GetUtcNow());

    /// <summary>The activities of all tasks.</summary>
    public IReadOnlyList<CategorizedTaskTimePeriod> Spans(RunStatus status) =>
        CategorizedTaskTimePeriod.Of(
            RunEventFileReader.Read(new RunFolder(_repository.Path, _run.RunId).Events),
            RunStateNames.IsFinal(status.State) ? status.UpdatedAt : Clock.GetUtcNow()
        );

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        _repository.Dispose();
    }

    private async Task BeginAsync()
    {
        var recorder = new ProgressRecorder();
        _run = await ScriptedRun.CreateAsync(
            [
                .. Enumerable
                    .Range(0, tasks)
                    .Select(i => RunTests.Task($"t{i:000}", i >= workers * 2 && i % 5 == 0 ? [$"t{i - 1:000}"] : [])),
            ],
            a =>
            {
                a.PageSize = 100;
                a.Record = input => recorder.Record(new RunFolder(_repository.Path, input.Run.RunId), input);
                a.Agent = AgentAsync;
                a.Verify = Verify;
                a.RaiseBudget = Raise;
                a.Merge = request =>
                {
                    Truth.IsMerged(request.TaskId);
                    return new MergeResult { Outcome = MergeOutcome.Merged, Commit = "merge" };
                };
                a.Check = found => found with { Until = WallClock.Next(Evening, new TimeOnly(7, 0), WallClock.FindZone("Europe/Berlin")!) };
            },
            new RunWorkflowSettings { Workers = workers },
            clock: Clock
        );
        var input = new OrchestrationInput
        {
            Repository = _repository.Path,
            PlanFile = "tasks.yaml",
            UntilTime = "07:00",
            UntilZone = "Europe/Berlin",
            MaxCost = MaxCost,
            Night = new UnattendedRunContractRecord { Tasks = tasks },
        };
        var folder = new RunFolder(_repository.Path, _run.RunId);
        Directory.CreateDirectory(Path.GetDirectoryName(folder.StartFile)!);
        var settings = SettingsLoader.Load(new RawSettingSourceContent()).Settings!;
        await File.WriteAllBytesAsync(folder.StartFile, new RunStartSettings { Input = input, Settings = settings }.ToJson());
        await _run.BeginAsync(input);
    }

    /// <summary>Nothing happens any more before the clock advances.</summary>
    private async Task<RunStatus> SettledAsync()
    {
        var limit = Eventually.Timeout();
        for (var (before, seen) = (-1L, -1); ; )
        {
            var status = await _run.StatusAsync();
            if (status.Sequence == before && Truth.Touched == seen && await WaitsForTheClockAsync())
            {
                return status;
            }
            (before, seen) = (status.Sequence, Truth.Touched);
            await Task.Delay(Quiet, limit);
        }
    }

    /// <summary>The engine has nothing to hand out, and whatever works is an agent that waits for the clock: put forward before, the clock
    /// would make the others late.</summary>
    private async Task<bool> WaitsForTheClockAsync()
    {
        var started = 0;
        await foreach (var open in _run.Client.ListWorkflowsAsync("ExecutionStatus = 'Running'"))
        {
            var found = await _run.Client.WorkflowService.DescribeWorkflowExecutionAsync(
                new()
                {
                    Namespace = _run.Client.Options.Namespace,
                    Execution = new() { WorkflowId = open.Id, RunId = open.RunId },
                }
            );
            if (found.PendingWorkflowTask is not null || found.PendingActivities.Any(one => one.State != PendingActivityState.Started))
            {
                return false;
            }
            started += found.PendingActivities.Count;
        }
        return started == Volatile.Read(ref _inFlight) && started <= Clock.Awaited;
    }

    private async Task<AgentRunResult> AgentAsync(RunAgentInput input, CancellationToken stop)
    {
        Interlocked.Increment(ref _inFlight);
        try
        {
            return await RunAsync(input, stop);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task<AgentRunResult> RunAsync(RunAgentInput input, CancellationToken stop)
    {
        var (task, start) = (input.Task.Task.Id, input.Start);
        if (_agents.TryGetValue((task, start), out var known))
        {
            return await known.WaitAsync(stop);
        }
        if (input.AwaitRelease)
        {
            // The governor is asked again soon, as by a step that waits.
            await Clock.UntilAsync(Clock.GetUtcNow() + AgentStartAdmitter.Soon, stop);
            return new AgentRunResult
            {
                FailureClass = FailureClass.Held,
                Session = input.Session,
                NeverBegun = true,
            };
        }
        var call = CallOf(task, start);
        var answer = Tell(call with { Start = RequestOf(task, start, input) });
        if (answer.Admission is not AgentAdmittedDecision)
        {
            return RefusedAdmissionResultBuilder.Of(answer.Admission!, Account, input.Session, Evening.AddDays(1));
        }
        Tell(call with { Works = true });
        Truth.Started(task, Clock.GetUtcNow());
        return await _agents.GetOrAdd((task, start), _ => WorkAsync(task, call, CancellationToken.None)).WaitAsync(stop);
    }

    private async Task<AgentRunResult> WorkAsync(string task, AccountGovernorRequest call, CancellationToken stop)
    {
        var began = Clock.GetUtcNow();
        if (IsWithoutLogin(began))
        {
            Tell(call with { Ended = new EndedAgentRunUsage(MoneyAndTokenAmount.Zero, []) });
            Truth.LoginFailed(task);
            return new AgentRunResult
            {
                FailureClass = FailureClass.Account,
                Message = "Not logged in. Please run /login",
                Session = "s",
            };
        }
        var number = int.Parse(task[1..], System.Globalization.CultureInfo.InvariantCulture);
        // A little less than a whole number of steps.
        await Clock.UntilAsync(began + (Step * (1 + (number % 2))) - TimeSpan.FromSeconds(30), stop);
        var micros = 100_000 + (number % 5 * 20_000);
        if (IsWindowFull())
        {
            return Limited(task, call, micros / 2);
        }
        Tell(call with { Ended = new EndedAgentRunUsage(new MoneyAndTokenAmount(micros, 100), [Scope]) });
        Truth.Worked(task, micros);
        return new AgentRunResult
        {
            FailureClass = FailureClass.None,
            ClaimedDone = true,
            Session = "s",
            Cost = MicroDollars.ToDollars(micros),
            Tokens = 100,
        };
    }

    /// <summary>The first agent after one in the night finds the login expired; some time later it is there again.</summary>
    private bool IsWithoutLogin(DateTimeOffset now)
    {
        lock (_lock)
        {
            _expired ??= now > Evening.AddHours(4) ? now : null;
            return now < _expired + TimeSpan.FromMinutes(50);
        }
    }

    private bool IsWindowFull()
    {
        lock (_lock)
        {
            if (Truth.Blocks.Count == Windows || _book.Of(Account).Park is not null || ++_inWindow < tasks / (Windows + 2))
            {
                return false;
            }
            _inWindow = 0;
            return true;
        }
    }

    private AgentRunResult Limited(string task, AccountGovernorRequest call, long micros)
    {
        var now = Clock.GetUtcNow();
        var answer = Tell(
            call with
            {
                Reached = new UsageLimitRejection("five_hour", now + Reset, $"usage_limit_reached of run/{task}"),
                Ended = new EndedAgentRunUsage(new MoneyAndTokenAmount(micros, 50), [Scope]),
                Start = RequestOf(task, 0, null) with { IsUnderWay = true },
                OnlyInLine = true,
            }
        );
        Truth.Worked(task, micros);
        Truth.Blocked(task, now, answer.Park!.OpensAt);
        return new AgentRunResult
        {
            FailureClass = FailureClass.UsageLimit,
            Message = "You have reached your limit",
            Session = "s",
            Cost = MicroDollars.ToDollars(micros),
            Tokens = 50,
            ResetAt = answer.Park!.OpensAt,
            WakeAt = ((AgentStartDelayedDecision)answer.Admission!).Until,
        };
    }

    /// <summary>From two in the night on one gate fails now and then for no reason.</summary>
    private VerifyResult Verify(VerifyTaskInput input)
    {
        var gates = new GateSummary
        {
            Proof = GateAssuranceLevel.Verified,
            Total = 1,
            Passed = 1,
        };
        var isFlaky = Clock.GetUtcNow() > Evening.AddHours(4) && input.Attempt == 1 && Interlocked.Increment(ref _verified) % 3 == 0;
        if (!isFlaky)
        {
            return new VerifyResult { Commit = $"commit-{input.Task.Task.Id}", Gates = gates };
        }
        Truth.SentBack(input.Task.Task.Id);
        return new VerifyResult
        {
            Commit = "red",
            Problems = ["The gate 'test' failed: test_upload timed out."],
            ProblemsFile = "problems.md",
            Gates = gates with { Passed = 0 },
        };
    }

    private RaisedBudget Raise(RaiseBudgetInput input)
    {
        var cap = new BudgetCap(BudgetCapKind.Run, Scope, MicroDollars.Of(input.Command.Usd!.Value));
        var answer = Tell(new AccountGovernorRequest { Account = Account, Raised = cap });
        return answer.Refusal.Length > 0
            ? new RaisedBudget(false, answer.Refusal)
            : new RaisedBudget(true, $"{WaitReasonText.Of(cap)}, holds");
    }

    private static string Scope { get; } = BudgetScopeNames.Run("key", "run");

    private static AccountGovernorRequest CallOf(string task, int start) => new() { Account = Account, Id = $"key/run/{task}/{start}" };

    private AgentStartRequest RequestOf(string task, int start, RunAgentInput? input) =>
        new()
        {
            Id = $"key/run/{task}/{start}",
            Account = Account,
            Repository = "key",
            Run = "run",
            Task = task,
            Holder = new AgentRunReservationHolderProcess("host", "1"),
            IsUnderWay = input?.Session.Length > 0,
            Share = workers,
            Caps = [new BudgetCap(BudgetCapKind.Run, Scope, MicroDollars.Of(MaxCost))],
        };

    private AccountGovernorResponse Tell(AccountGovernorRequest call)
    {
        lock (_lock)
        {
            (_book, var answer) = AccountGovernorRequestHandler.Apply(_book, call, Clock.GetUtcNow());
            return answer;
        }
    }
}
