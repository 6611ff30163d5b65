using System.Collections.Concurrent;
using System.Reflection;

namespace Orchestrator.Workflows.Messages;

/// <summary>Finds the handler methods of a workflow. The SDK does not expose its own list of handlers.</summary>
internal static class WorkflowMessageHandlerFinder
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<(WorkflowMessageKind Kind, string Name), MethodInfo>> Known =
        new();

    /// <summary>Returns all handlers of a workflow by kind and name, except the handler for unknown signals.</summary>
    public static IReadOnlyDictionary<(WorkflowMessageKind Kind, string Name), MethodInfo> Of(Type workflow) =>
        Known.GetOrAdd(
            workflow,
            type =>
                type.GetMethods()
                    .Select(method => (Key: KeyOf(method), Method: method))
                    .Where(handler => handler.Key is not null)
                    .ToDictionary(handler => handler.Key!.Value, handler => handler.Method)
        );

    private static (WorkflowMessageKind Kind, string Name)? KeyOf(MethodInfo method) =>
        method.GetCustomAttribute<WorkflowSignalAttribute>()?.Name is { } signal ? (WorkflowMessageKind.Signal, signal)
        : method.GetCustomAttribute<WorkflowUpdateAttribute>()?.Name is { } update ? (WorkflowMessageKind.Update, update)
        : method.GetCustomAttribute<WorkflowQueryAttribute>()?.Name is { } query ? (WorkflowMessageKind.Query, query)
        : null;
}

/// <summary>Kinds of messages that a workflow can receive.</summary>
internal enum WorkflowMessageKind
{
    Signal,
    Update,
    Query,
}
