using System.Collections.Concurrent;
using System.Reflection;

namespace Orchestrator.Workflows.Messages;

/// <summary>Finds the handler methods of a workflow. The SDK does not expose its own list of handlers.</summary>
internal static class MessageHandlers
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<(MessageKind Kind, string Name), MethodInfo>> Known = new();

    /// <summary>Returns all handlers of a workflow by kind and name, without the handler of unknown signals.</summary>
    public static IReadOnlyDictionary<(MessageKind Kind, string Name), MethodInfo> Of(Type workflow) =>
        Known.GetOrAdd(
            workflow,
            type =>
                type.GetMethods()
                    .Select(method => (Key: KeyOf(method), Method: method))
                    .Where(handler => handler.Key is not null)
                    .ToDictionary(handler => handler.Key!.Value, handler => handler.Method)
        );

    private static (MessageKind Kind, string Name)? KeyOf(MethodInfo method) =>
        method.GetCustomAttribute<WorkflowSignalAttribute>()?.Name is { } signal ? (MessageKind.Signal, signal)
        : method.GetCustomAttribute<WorkflowUpdateAttribute>()?.Name is { } update ? (MessageKind.Update, update)
        : method.GetCustomAttribute<WorkflowQueryAttribute>()?.Name is { } query ? (MessageKind.Query, query)
        : null;
}

/// <summary>Kinds of messages that a workflow can receive.</summary>
internal enum MessageKind
{
    Signal,
    Update,
    Query,
}
