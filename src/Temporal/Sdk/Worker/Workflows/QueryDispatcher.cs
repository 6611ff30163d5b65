using Temporalio.Api.Common.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>Answers queries, those of the workflow and those that every workflow answers.</summary>
internal sealed class QueryDispatcher(WorkflowInstance instance)
{
    public const string StackTraceQuery = "__stack_trace";
    public const string EnhancedStackTraceQuery = "__enhanced_stack_trace";
    private const string MetadataQuery = "__temporal_workflow_metadata";

    /// <summary>Whether a query is answered now.</summary>
    public bool IsAnswering { get; private set; }

    /// <summary>Answers a query from the state of now. What the handler throws is thrown.</summary>
    public Payload Answer(string id, string name, Payloads? arguments, IReadOnlyDictionary<string, Payload>? headers)
    {
        Payload? answer = null;
        instance.Scheduler.Enter();
        IsAnswering = true;
        try
        {
            instance.Scheduler.RunNow(() =>
                answer = instance.Look(
                    $"Query handler for {name}",
                    () => instance.PayloadConverter.ToPayload(ValueOf(id, name, arguments, headers))
                )
            );
        }
        finally
        {
            IsAnswering = false;
            instance.Scheduler.Leave();
        }

        return answer!;
    }

    private object? ValueOf(string id, string name, Payloads? arguments, IReadOnlyDictionary<string, Payload>? headers)
    {
        switch (name)
        {
            case MetadataQuery:
                return Metadata();
            case StackTraceQuery:
                return instance.StackTraces.Text();
            case EnhancedStackTraceQuery:
                return instance.StackTraces.Enhanced();
            default:
                break;
        }

        if (!instance.Handlers.Queries.TryGetValue(name, out var definition) && !WorkflowHandlers.IsReserved(name))
        {
            definition = instance.Handlers.DynamicQuery;
        }

        if (definition is null)
        {
            var known = instance.Handlers.Queries.Keys.Order(StringComparer.OrdinalIgnoreCase);
            throw new InvalidOperationException(
                $"Query handler for {name} expected but not found, known queries: [{string.Join(" ", known)}]"
            );
        }

        return instance.Inbound.HandleQuery(
            new(id, name, definition, instance.Handlers.Decode(definition.Handler, definition.Dynamic, "Query", name, arguments), headers)
        );
    }

    private WorkflowMetadata Metadata()
    {
        var metadata = new WorkflowMetadata
        {
            CurrentDetails = instance.CurrentDetails,
            Definition = new() { Type = instance.Info.WorkflowType },
        };
        metadata.Definition.QueryDefinitions.AddRange(
            instance
                .Handlers.Queries.Values.Append(instance.Handlers.DynamicQuery)
                .OfType<WorkflowQueryDefinition>()
                .Select(d => Interaction(d.Name, d.Description))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
        );
        metadata.Definition.SignalDefinitions.AddRange(
            instance
                .Handlers.Signals.Values.Append(instance.Handlers.DynamicSignal)
                .OfType<WorkflowSignalDefinition>()
                .Select(d => Interaction(d.Name, d.Description))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
        );
        metadata.Definition.UpdateDefinitions.AddRange(
            instance
                .Handlers.Updates.Values.Append(instance.Handlers.DynamicUpdate)
                .OfType<WorkflowUpdateDefinition>()
                .Select(d => Interaction(d.Name, d.Description))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
        );
        return metadata;
    }

    private static WorkflowInteractionDefinition Interaction(string? name, string? description) =>
        new() { Name = name ?? string.Empty, Description = description ?? string.Empty };
}
