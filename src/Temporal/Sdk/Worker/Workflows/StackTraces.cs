using System.Diagnostics;
using System.Globalization;
using Temporalio.Api.Sdk.V1;
using Temporalio.Workflows;
using StackTrace = System.Diagnostics.StackTrace;

namespace Temporalio.Worker.Workflows;

/// <summary>Where the strands of a run wait, when the worker keeps that.</summary>
internal sealed class StackTraces(WorkflowStackTrace kind)
{
    private readonly List<(Task Task, Place Since)> _traces = [];
    private int _places;

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
        if (kind == WorkflowStackTrace.None)
        {
            return null;
        }

        var stack = new StackTrace(fNeedFileInfo: kind == WorkflowStackTrace.Normal);
        var frames = stack.GetFrames().SkipWhile(frame => !IsOfWorkflow(frame)).ToList();
        return new(_places++, frames.Count == 0 ? stack : new(frames));
    }

    /// <summary>Where the strands of the run wait, as a text for people.</summary>
    /// <exception cref="InvalidOperationException">Stack traces are off.</exception>
    public string Text() => string.Join("\n\n", Open().Select(t => $"Task waiting at:\n{t.ToString().TrimEnd()}"));

    /// <summary>Where the strands of the run wait, for tools that show it beside the code.</summary>
    /// <exception cref="InvalidOperationException">Stack traces are off.</exception>
    public EnhancedStackTrace Enhanced()
    {
        var trace = new EnhancedStackTrace
        {
            Sdk = new() { Name = SdkFlags.Name, Version = SdkFlags.Version },
        };
        foreach (var stack in Open())
        {
            var locations = new Api.Sdk.V1.StackTrace();
            foreach (var frame in stack.GetFrames())
            {
                var method = DiagnosticMethodInfo.Create(frame);
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

    // Its public members that wait end so, and their bodies are in a type of the compiler's when they are asynchronous.
    private static bool IsOfWorkflow(StackFrame frame) =>
        DiagnosticMethodInfo.Create(frame) is { DeclaringTypeName: { } type } method
        && (
            type == typeof(Workflow).FullName
                ? method.Name.EndsWith("Async", StringComparison.Ordinal)
                : type.StartsWith($"{typeof(Workflow).FullName}+", StringComparison.Ordinal)
        );

    private List<StackTrace> Open() =>
        kind == WorkflowStackTrace.None
            ? throw new InvalidOperationException(
                "Workflow stack traces are not enabled on this worker: set TemporalWorkerOptions.WorkflowStackTrace."
            )
            : [.. _traces.Where(t => !t.Task.IsCompleted).OrderBy(t => t.Since.Order).Select(t => t.Since.Stack)];

    /// <summary>A place of the workflow's code where something began that it waits for.</summary>
    /// <param name="Order">Places that were passed before have a lower one.</param>
    /// <param name="Stack">The stack there.</param>
    public sealed record Place(int Order, StackTrace Stack);
}
