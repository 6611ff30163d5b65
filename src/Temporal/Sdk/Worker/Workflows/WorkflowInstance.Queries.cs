using System.Globalization;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <content>Queries, those of the workflow and those that every workflow answers.</content>
internal sealed partial class WorkflowInstance
{
    private const string MetadataQuery = "__temporal_workflow_metadata";
    private const string StackTraceQuery = "__stack_trace";
    private const string EnhancedStackTraceQuery = "__enhanced_stack_trace";

    private bool _answering;

    private readonly List<(Task Task, Place Since)> _traces = [];
    private int _places;

    /// <summary>Answers a query from the state of now. What the handler throws is thrown.</summary>
    public Payload Query(string id, string name, Payloads? arguments, IReadOnlyDictionary<string, Payload>? headers)
    {
        Payload? answer = null;
        Scheduler.Enter();
        _answering = true;
        try
        {
            Scheduler.RunNow(() =>
                ReadOnly($"Query handler for {name}", () => answer = PayloadConverter.ToPayload(Answer(id, name, arguments, headers)))
            );
        }
        finally
        {
            _answering = false;
            Scheduler.Leave();
        }

        return answer!;
    }

    /// <summary>Remembers where a strand began to wait, when stack traces are on.</summary>
    public TTask Traced<TTask>(TTask task)
        where TTask : Task => Traced(task, Here());

    /// <summary>Remembers that a strand waits since a place.</summary>
    public TTask Traced<TTask>(TTask task, Place? since)
        where TTask : Task
    {
        if (since is not null)
        {
            _traces.RemoveAll(t => t.Task.IsCompleted);
            _traces.Add((task, since));
        }

        return task;
    }

    /// <summary>
    /// The place where the code of the workflow is, from the call of <see cref="Workflow" /> on; null when stack traces are off.
    /// </summary>
    public Place? Here()
    {
        if (_options.StackTrace == WorkflowStackTrace.None)
        {
            return null;
        }

        var stack = new System.Diagnostics.StackTrace(fNeedFileInfo: _options.StackTrace == WorkflowStackTrace.Normal);
        var frames = stack.GetFrames().SkipWhile(frame => !IsOfWorkflow(frame)).ToList();
        return new(_places++, frames.Count == 0 ? stack : new(frames));
    }

    // Its public members that wait end so, and their bodies are in a type of the compiler's when they are asynchronous.
    private static bool IsOfWorkflow(System.Diagnostics.StackFrame frame) =>
        System.Diagnostics.DiagnosticMethodInfo.Create(frame) is { DeclaringTypeName: { } type } method
        && (
            type == typeof(Workflow).FullName
                ? method.Name.EndsWith("Async", StringComparison.Ordinal)
                : type.StartsWith($"{typeof(Workflow).FullName}+", StringComparison.Ordinal)
        );

    private object? Answer(string id, string name, Payloads? arguments, IReadOnlyDictionary<string, Payload>? headers)
    {
        switch (name)
        {
            case MetadataQuery:
                return Metadata();
            case StackTraceQuery:
                return string.Join("\n\n", OpenTraces().Select(t => $"Task waiting at:\n{t.ToString().TrimEnd()}"));
            case EnhancedStackTraceQuery:
                return EnhancedStackTrace();
            default:
                break;
        }

        if (!Handlers.Queries.TryGetValue(name, out var definition) && !IsReserved(name))
        {
            definition = Handlers.DynamicQuery;
        }

        if (definition is null)
        {
            var known = Handlers.Queries.Keys.Order(StringComparer.OrdinalIgnoreCase);
            throw new InvalidOperationException(
                $"Query handler for {name} expected but not found, known queries: [{string.Join(" ", known)}]"
            );
        }

        return _inbound.HandleQuery(
            new(id, name, definition, Decode(definition.Handler, definition.Dynamic, "Query", name, arguments), headers)
        );
    }

    private List<System.Diagnostics.StackTrace> OpenTraces() =>
        _options.StackTrace == WorkflowStackTrace.None
            ? throw new InvalidOperationException(
                "Workflow stack traces are not enabled on this worker: set TemporalWorkerOptions.WorkflowStackTrace."
            )
            : [.. _traces.Where(t => !t.Task.IsCompleted).OrderBy(t => t.Since.Order).Select(t => t.Since.Stack)];

    private WorkflowMetadata Metadata()
    {
        var metadata = new WorkflowMetadata
        {
            CurrentDetails = CurrentDetails,
            Definition = new() { Type = Info.WorkflowType },
        };
        metadata.Definition.QueryDefinitions.AddRange(
            Handlers
                .Queries.Values.Append(Handlers.DynamicQuery)
                .OfType<WorkflowQueryDefinition>()
                .Select(d => Interaction(d.Name, d.Description))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
        );
        metadata.Definition.SignalDefinitions.AddRange(
            Handlers
                .Signals.Values.Append(Handlers.DynamicSignal)
                .OfType<WorkflowSignalDefinition>()
                .Select(d => Interaction(d.Name, d.Description))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
        );
        metadata.Definition.UpdateDefinitions.AddRange(
            Handlers
                .Updates.Values.Append(Handlers.DynamicUpdate)
                .OfType<WorkflowUpdateDefinition>()
                .Select(d => Interaction(d.Name, d.Description))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
        );
        return metadata;
    }

    private static WorkflowInteractionDefinition Interaction(string? name, string? description) =>
        new() { Name = name ?? string.Empty, Description = description ?? string.Empty };

    private EnhancedStackTrace EnhancedStackTrace()
    {
        var trace = new EnhancedStackTrace
        {
            Sdk = new() { Name = SdkFlags.Name, Version = SdkFlags.Version },
        };
        foreach (var stack in OpenTraces())
        {
            var locations = new StackTrace();
            foreach (var frame in stack.GetFrames())
            {
                var method = System.Diagnostics.DiagnosticMethodInfo.Create(frame);
                locations.Locations.Add(
                    new StackTraceFileLocation
                    {
                        FilePath = frame.GetFileName() ?? string.Empty,
                        Line = frame.GetFileLineNumber(),
                        Column = frame.GetFileColumnNumber(),
                        FunctionName = method is null
                            ? string.Empty
                            : string.Create(CultureInfo.InvariantCulture, $"{method.DeclaringTypeName}.{method.Name}"),
                        InternalCode = method?.DeclaringTypeName?.StartsWith("Temporalio.", StringComparison.Ordinal) == true,
                    }
                );
            }

            trace.Stacks.Add(locations);
        }

        return trace;
    }

    /// <summary>A place of the workflow's code where something began that it waits for.</summary>
    /// <param name="Order">Places that were passed before have a lower one.</param>
    /// <param name="Stack">The stack there.</param>
    public sealed record Place(int Order, System.Diagnostics.StackTrace Stack);
}
