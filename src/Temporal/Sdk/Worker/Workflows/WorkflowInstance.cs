using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// The code side of one run: the workflow object, its strands, what it waits for and what it has asked for. It is driven from one thread at
/// a time and knows nothing of workflow tasks or of how history is read.
/// </summary>
internal sealed partial class WorkflowInstance
{
    private readonly WorkflowTaskHandlerOptions _options;
    private readonly DataConverter _converter;
    private readonly WorkflowDefinition _definition;
    private readonly WorkflowInboundInterceptor _inbound;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly LinkedList<Condition> _conditions = new();
    private readonly Type[] _failureTypes;
    private readonly Payloads? _input;
    private object?[] _arguments = [];
    private WorkflowDefinitionOptions? _dynamicOptions;
    private PendingCommand? _completion;
    private Exception? _taskFailure;
    private string? _lookingCode;
    private bool _initialized;

    public WorkflowInstance(
        WorkflowTaskHandlerOptions options,
        WorkflowDefinition definition,
        HistoryEvent started,
        string runId,
        DateTime now
    )
    {
        var attributes = started.WorkflowExecutionStartedEventAttributes;
        _options = options;
        _definition = definition;
        _converter = options.DataConverter.ForWorkflow(options.Namespace, attributes.WorkflowId);
        _failureTypes = [.. options.FailureExceptionTypes, .. definition.FailureExceptionTypes ?? []];
        _input = attributes.Input;
        Scheduler = new(this);
        Commands = new(MayIssue);
        UtcNow = now;
        Info = WorkflowInfos.Of(attributes, options.Namespace, runId, started.EventTime.ToDateTime(), now, _converter);
        Random = new(SeedOf(attributes.OriginalExecutionRunId));
        Handlers = new(definition, DeliverBufferedSignals);
        _memo = StartMemo = attributes.Memo;
        _searchAttributes = attributes.SearchAttributes;
        Outbound = new WorkflowOutbound(this);
        _inbound = options.Intercept(new WorkflowInbound(this));
        _inbound.Init(Outbound);
    }

    public WorkflowTaskScheduler Scheduler { get; }

    public WorkflowCommands Commands { get; }

    /// <summary>First link of the chain of outbound interceptors.</summary>
    public WorkflowOutboundInterceptor Outbound { get; set; }

    /// <summary>Whether code runs after each single thing that happened, as <see cref="SdkFlags.RunsStepByStep" /> says.</summary>
    public bool RunsStepByStep { get; init; }

    /// <summary>Whether the command that closes the run is moved to the end of its task.</summary>
    public bool CompletionLast { get; set; } = true;

    /// <summary>Whether the run has ended.</summary>
    public bool Completed => _completion is not null;

    public DataConverter Converter => _converter;

    public HandlerMethod RunMethod => _definition.Run;

    public WorkflowTaskHandlerOptions Options => _options;

    /// <summary>Applies what happened, starts the workflow if it is new, and runs it until it rests.</summary>
    /// <param name="incoming">Signals and updates: their handlers come before the main line of a new workflow.</param>
    /// <param name="jobs">Everything else.</param>
    /// <param name="reset">The run that a reset made at this place: code sees it by its other random numbers, which a new workflow has from
    /// its constructor on.</param>
    /// <exception cref="Exception">The workflow task must fail with this.</exception>
    public void Activate(IReadOnlyList<Action> incoming, IReadOnlyList<Action> jobs, string? reset)
    {
        var steps = new List<Action>();
        Scheduler.Enter();
        try
        {
            Scheduler.RunNow(() =>
            {
                var first = !_initialized;
                if (first)
                {
                    _initialized = true;
                    Initialize();
                }

                if (reset is not null)
                {
                    UpdateRandomSeed(reset);
                }

                IEnumerable<Action> all = [.. incoming, .. first ? [() => Scheduler.Queue(RunMainAsync)] : Array.Empty<Action>(), .. jobs];
                if (RunsStepByStep)
                {
                    steps.AddRange(all);
                }
                else
                {
                    foreach (var job in all)
                    {
                        job();
                    }
                }
            });
            RunUntilRest();
            foreach (var step in steps)
            {
                Scheduler.RunNow(step);
                RunUntilRest();
            }
        }
        finally
        {
            Scheduler.Leave();
        }
    }

    /// <summary>Ends a workflow task.</summary>
    /// <returns>The commands to send; the one that closes the run is the last.</returns>
    public List<PendingCommand> EndTask()
    {
        if (_completion is { Sent: false } && !Commands.Log.Closed)
        {
            Commands.Log.Add(_completion);
        }

        return Commands.Log.Flush();
    }

    /// <summary>The workflow hears that its cancellation is requested, after what happened before it.</summary>
    public void RequestCancellation() =>
        Scheduler.Queue(() =>
        {
            _cancellation.Cancel();
            return Task.CompletedTask;
        });

    private void UpdateRandomSeed(string runId) => Random = new(SeedOf(runId));

    /// <summary>Lets the exception of a strand decide what becomes of the run or of the task.</summary>
    public void EndStrandWith(Exception exception)
    {
        if (exception is ContinueAsNewException next)
        {
            Complete(WorkflowOutbound.ContinueAsNew(this, next));
        }
        else if (_cancellation.IsCancellationRequested && TemporalException.IsCanceledException(exception))
        {
            Complete(WorkflowCommands.Of(CommandType.CancelWorkflowExecution, c => c.CancelWorkflowExecutionCommandAttributes = new()));
        }
        else if (IsFailure(exception))
        {
            var failure = ToFailure(exception);
            Complete(
                WorkflowCommands.Of(
                    CommandType.FailWorkflowExecution,
                    c => c.FailWorkflowExecutionCommandAttributes = new() { Failure = failure }
                )
            );
        }
        else
        {
            _taskFailure ??= exception;
        }
    }

    /// <summary>
    /// How the run moves between versions of a worker deployment: what a dynamic workflow has chosen, else what its class says.
    /// </summary>
    public Common.VersioningBehavior VersioningBehavior =>
        _dynamicOptions is { VersioningBehavior: not Common.VersioningBehavior.Unspecified and var chosen }
            ? chosen
            : _definition.VersioningBehavior ?? default;

    /// <summary>Whether an exception fails the workflow (or the update) and not the task.</summary>
    public bool IsFailure(Exception exception) =>
        exception is FailureException or OperationCanceledException
        || _failureTypes.Any(t => t.IsInstanceOfType(exception))
        || (_dynamicOptions?.FailureExceptionTypes ?? []).Any(t => t.IsInstanceOfType(exception));

    /// <summary>
    /// The failure of an exception. A cancellation that the workflow was not asked for, of a token of its own, is a failure like others.
    /// </summary>
    public Api.Failure.V1.Failure ToFailure(Exception exception) =>
        _converter.FailureConverter.ToFailure(
            exception is OperationCanceledException && _cancellation.IsCancellationRequested
                ? new CanceledFailureException(exception.Message, exception)
                : exception,
            _converter.PayloadConverter
        );

    /// <summary>Waits for a condition, with or without a timer.</summary>
    public Task<bool> WaitConditionAsync(WaitConditionOptions options)
    {
        var check = options.ConditionCheck ?? throw new ArgumentException("There is no condition to wait for.", nameof(options));
        var token = options.CancellationToken ?? CancellationToken;
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled<bool>(token);
        }

        MayIssue();
        var condition = new Condition(_conditions, () => Looking("Wait condition", check));
        if (options.Timeout is { } timeout && timeout != Timeout.InfiniteTimeSpan)
        {
            condition.Timer = StartTimer(timeout, options.TimeoutSummary, () => condition.Finish(result: false));
        }

        condition.Registration = token.UnsafeRegister(_ => condition.Cancel(token), state: null);
        return Traced(condition.Task);
    }

    public TimerCall StartTimer(TimeSpan delay, string? summary, Action fired)
    {
        if (delay < TimeSpan.Zero)
        {
            throw new ArgumentException($"The timer's duration cannot be less than 0, and is {delay}.", nameof(delay));
        }

        var id = Commands.NextTimer().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var length = delay < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : delay;
        var command = new PendingCommand(
            new()
            {
                CommandType = CommandType.StartTimer,
                StartTimerCommandAttributes = new()
                {
                    TimerId = id,
                    StartToFireTimeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(length),
                },
                UserMetadata = WorkflowOutbound.Metadata(summary, details: null, _converter.PayloadConverter),
            }
        );
        var timer = new TimerCall(Commands, id, command, fired);
        Commands.Timers.Add(id, timer);
        Commands.Issue(command);
        return timer;
    }

    private static ulong SeedOf(string runId)
    {
        // FNV-1a, so that the seed depends on nothing but the text.
        var hash = 14695981039346656037UL;
        foreach (var c in runId)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        return hash;
    }

    private void Initialize()
    {
        try
        {
            var payloads = _input?.Payloads_ ?? [];
            _arguments = _definition.Dynamic
                ? [HandlerMethod.RawValues(payloads)]
                : _definition.Run.Decode($"Workflow {Info.WorkflowType}", payloads, _converter.PayloadConverter);
            Instance = _definition.CreateWorkflowInstance(_arguments);
            _dynamicOptions = _definition.DynamicOptionsGetter?.Invoke(Instance);
        }
        catch (Exception e)
        {
            EndStrandWith(e);
        }
    }

    private async Task RunMainAsync()
    {
        if (Instance is null)
        {
            return;
        }

        try
        {
            var value = await _inbound.ExecuteWorkflowAsync(new(Instance, _definition.RunMethod, _arguments));
            var result =
                _definition.Run.ResultType == typeof(void) && value is null
                    ? null
                    : new Payloads { Payloads_ = { _converter.PayloadConverter.ToPayload(value) } };
            Complete(
                WorkflowCommands.Of(
                    CommandType.CompleteWorkflowExecution,
                    c => c.CompleteWorkflowExecutionCommandAttributes = new() { Result = result }
                )
            );
        }
        catch (Exception e)
        {
            EndStrandWith(e);
        }
    }

    private void Complete(Api.Command.V1.Command command)
    {
        if (_completion is null)
        {
            _completion = new(command);
            if (!CompletionLast)
            {
                Commands.Log.Close(_completion);
            }

            // A workflow that fails has told why nobody gets an answer.
            if (command.CommandType != CommandType.FailWorkflowExecution)
            {
                WarnOfUnfinishedHandlers();
            }
        }
    }

    private void RunUntilRest()
    {
        do
        {
            do
            {
                Scheduler.RunDry();
                if (Scheduler.Fault is { } fault)
                {
                    throw fault;
                }

                if (_taskFailure is { } failure)
                {
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
                }
            } while (ResumeFirstTrueCondition());
        } while (ApplyFollowUps());
    }

    private bool ResumeFirstTrueCondition()
    {
        var resumed = false;
        if (_conditions.Count > 0)
        {
            Scheduler.RunNow(() =>
            {
                for (var (node, next) = (_conditions.First, _conditions.First?.Next); node is not null; (node, next) = (next, next?.Next))
                {
                    resumed |= node.Value.TryFinish();
                    if (resumed && !RunsStepByStep)
                    {
                        break;
                    }
                }
            });
        }

        return resumed;
    }

    private bool ApplyFollowUps()
    {
        if (Commands.NextFollowUp() is not { } followUp)
        {
            return false;
        }

        Scheduler.RunNow(() =>
        {
            for (var next = followUp; next is not null; next = Commands.NextFollowUp())
            {
                next();
            }
        });
        return true;
    }

    public void ReportForeignContinuation(Exception fault) =>
        Log.ForeignContinuation(
            _options.LoggerFactory.CreateLogger("Temporalio.Worker.Workflows"),
            Info.WorkflowType,
            Info.WorkflowId,
            Info.RunId,
            fault
        );

    /// <summary>Refuses actions of code that may only look.</summary>
    public void RequireActing() => MayIssue();

    public ExternalWorkflowHandle<TWorkflow> ExternalHandle<TWorkflow>(string id, string? runId) =>
        new ExternalHandle<TWorkflow>(this, id, runId);

    private bool MayIssue() =>
        _lookingCode is null
            ? Scheduler.CheckThread()
            : throw new ReadOnlyWorkflowException(
                $"{_lookingCode} created workflow commands, and is read-only: queries, update validators, conditions and patch callbacks "
                    + "may look at the workflow but not act: no activities, timers, children, signals, waits or changes."
            );
}
