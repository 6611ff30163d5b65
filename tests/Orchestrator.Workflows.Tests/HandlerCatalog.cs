using System.Collections.Concurrent;
using Orchestrator.Workflows.Messages;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows.Tests;

/// <summary>Sees each workflow when it begins, and with it all handlers it has.</summary>
internal sealed class HandlerCatalog : IWorkerInterceptor
{
    private readonly ConcurrentDictionary<Type, IReadOnlyList<(string Kind, MessageHandler Handler)>> _known = new();

    /// <summary>Handlers of a class whose workflow has run.</summary>
    public IReadOnlyList<(string Kind, MessageHandler Handler)> Of(Type workflow) => _known[workflow];

    public bool Knows(Type workflow) => _known.ContainsKey(workflow);

    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) => new Watcher(this, nextInterceptor);

    private sealed class Watcher(HandlerCatalog catalog, WorkflowInboundInterceptor next) : WorkflowInboundInterceptor(next)
    {
        public override Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input)
        {
            catalog._known[input.Instance.GetType()] = ((MessageWorkflow)input.Instance).Handlers;
            return base.ExecuteWorkflowAsync(input);
        }
    }
}
