using Microsoft.Extensions.Logging;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>
/// The code side of one run: the workflow object, its strands, what it waits for and what it has asked for. It is driven from one thread at
/// a time and knows nothing of workflow tasks or of how history is read.
/// </summary>
internal sealed class WorkflowInstance
{
    private readonly WorkflowDefinition _definition;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Payloads? _input;
    private object?[] _arguments = [];
    private bool _initialized;
    private ILogger? _logger;
    private MetricMeter? _metricMeter;

    public WorkflowInstance(
        WorkflowTaskHandlerOptions options,
        WorkflowDefinition definition,
        HistoryEvent started,
        string runId,
        DateTime now
    )
    {
        var attributes = started.WorkflowExecutionStartedEventAttributes;
        _definition = definition;
        _input = attributes.Input;
        Options = options;
        Converter = options.DataConverter.ForWorkflow(options.Namespace, attributes.WorkflowId);
        UtcNow = now;
        Info = WorkflowInfos.Of(attributes, options.Namespace, runId, started.EventTime.ToDateTime(), now, Converter);
        Random = new(attributes.OriginalExecutionRunId);
        Scheduler = new(this);
        Guard = new(Scheduler);
        Commands = new(Guard.MayAct);
        StackTraces = new(options.StackTrace);
        Completion = new(this, [.. options.FailureExceptionTypes, .. definition.FailureExceptionTypes ?? []]);
        Properties = new(Commands, Guard, PayloadConverter, attributes.Memo, attributes.SearchAttributes);
        Patches = new(this);
        Conditions = new(this);
        Signals = new(this);
        Updates = new(this);
        Queries = new(this);
        Handlers = new(definition, PayloadConverter, Signals.DeliverBuffered);
        Outbound = new WorkflowOutbound(this);
        Inbound = options.Intercept(new WorkflowInbound(this));
        Inbound.Init(Outbound);
    }

    public WorkflowTaskHandlerOptions Options { get; }

    public DataConverter Converter { get; }

    public IPayloadConverter PayloadConverter => Converter.PayloadConverter;

    public WorkflowInfo Info { get; }

    /// <summary>The workflow object; null until the first task has made it.</summary>
    public object? Instance { get; private set; }

    public HandlerMethod RunMethod => _definition.Run;

    /// <summary>What a dynamic workflow has chosen for this run; null for none.</summary>
    public WorkflowDefinitionOptions? DynamicOptions { get; private set; }

    public CancellationToken CancellationToken => _cancellation.Token;

    public WorkflowTaskScheduler Scheduler { get; }

    public ReadOnlyGuard Guard { get; }

    public WorkflowCommands Commands { get; }

    public WorkflowCompletion Completion { get; }

    public WorkflowConditions Conditions { get; }

    public WorkflowHandlers Handlers { get; }

    public SignalDispatcher Signals { get; }

    public UpdateDispatcher Updates { get; }

    public QueryDispatcher Queries { get; }

    /// <summary>Of signals and updates.</summary>
    public RunningHandlers RunningHandlers { get; } = new();

    public WorkflowPatches Patches { get; }

    public WorkflowProperties Properties { get; }

    public WorkflowRandom Random { get; }

    public StackTraces StackTraces { get; }

    /// <summary>First link of the chain of inbound interceptors.</summary>
    public WorkflowInboundInterceptor Inbound { get; }

    /// <summary>First link of the chain of outbound interceptors.</summary>
    public WorkflowOutboundInterceptor Outbound { get; set; }

    /// <summary>Whether code runs after each single thing that happened, as <see cref="SdkFlags.RunsStepByStep" /> says.</summary>
    public bool RunsStepByStep { get; init; }

    public CurrentTask CurrentTask { get; set; } = new();

    public string CurrentDetails { get; set; } = string.Empty;

    public DateTime UtcNow { get; private set; }

    public bool IsReplaying => Commands.Replaying || Queries.IsAnswering;

    /// <summary>
    /// Whether the state is rebuilt, so that what the code tells was told before; unlike <see cref="IsReplaying"/> not for a query of a run
    /// that is up to date.
    /// </summary>
    public bool IsRebuilding => Commands.Replaying;

    public bool IsReplayingHistoryEvents => Commands.Replaying && !Guard.IsLooking;

    public ILogger Logger =>
        _logger ??= new ReplaySafeLogger(Options.LoggerFactory.CreateLogger($"Temporalio.Workflow:{Info.WorkflowType}"), this);

    public MetricMeter MetricMeter =>
        _metricMeter ??= new ReplaySafeMetricMeter(
            Options.MetricMeter.WithTags([
                new("namespace", Info.Namespace),
                new("task_queue", Info.TaskQueue),
                new("workflow_type", Info.WorkflowType),
            ]),
            () => IsRebuilding
        );

    /// <summary>
    /// How the run moves between versions of a worker deployment: what a dynamic workflow has chosen, else what its class says.
    /// </summary>
    public Common.VersioningBehavior VersioningBehavior =>
        DynamicOptions is { VersioningBehavior: not Common.VersioningBehavior.Unspecified and var chosen }
            ? chosen
            : _definition.VersioningBehavior ?? default;

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
                    Random.Reseed(reset);
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

    /// <summary>The workflow hears that its cancellation is requested, after what happened before it.</summary>
    public void RequestCancellation() =>
        Scheduler.Queue(() =>
        {
            _cancellation.Cancel();
            return Task.CompletedTask;
        });

    /// <summary>Workflow time goes on to a moment, never back.</summary>
    public void MoveTime(DateTime now)
    {
        if (now > UtcNow)
        {
            UtcNow = now;
        }
    }

    /// <summary>Runs code that may look at the workflow but not act, and leaves no trace.</summary>
    /// <param name="name">What it is, for the message when it acts.</param>
    /// <param name="code">The code.</param>
    public T Look<T>(string name, Func<T> code) => Random.Forked(() => Guard.Looking(name, code));

    /// <summary>Nothing may come after a continuation from outside that could be failed for it: it is said at once.</summary>
    public void ReportForeignContinuation(Exception fault) =>
        Log.ForeignContinuation(
            Options.LoggerFactory.CreateLogger("Temporalio.Worker.Workflows"),
            Info.WorkflowType,
            Info.WorkflowId,
            Info.RunId,
            fault
        );

    private void Initialize()
    {
        try
        {
            var payloads = _input?.Payloads_ ?? [];
            _arguments = _definition.Dynamic
                ? [HandlerMethod.RawValues(payloads)]
                : _definition.Run.Decode($"Workflow {Info.WorkflowType}", payloads, Converter.PayloadConverter);
            Instance = _definition.CreateWorkflowInstance(_arguments);
            DynamicOptions = _definition.DynamicOptionsGetter?.Invoke(Instance);
        }
        catch (Exception e)
        {
            Completion.EndStrandWith(e);
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
            var value = await Inbound.ExecuteWorkflowAsync(new(Instance, _definition.RunMethod, _arguments));
            var result =
                _definition.Run.ResultType == typeof(void) && value is null
                    ? null
                    : new Payloads { Payloads_ = { PayloadConverter.ToPayload(value) } };
            Completion.Complete(
                WorkflowCommands.Of(
                    CommandType.CompleteWorkflowExecution,
                    c => c.CompleteWorkflowExecutionCommandAttributes = new() { Result = result }
                )
            );
        }
        catch (Exception e)
        {
            Completion.EndStrandWith(e);
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

                if (Completion.TaskFailure is { } failure)
                {
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
                }
            } while (Conditions.Resume());
        } while (ApplyFollowUps());
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
}
