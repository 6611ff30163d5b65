using Orchestrator.Workflows.Messages;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Worker;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows;

/// <summary>Registers the workflows and their interceptors with a worker.</summary>
public static class WorkerSetup
{
    /// <summary>Types of the workflows.</summary>
    public static IReadOnlyList<Type> Workflows { get; } =
    [
        typeof(OrchestrationWorkflow),
        typeof(TaskWorkflow),
        typeof(PlanningWorkflow),
        typeof(ReviewWorkflow),
        typeof(MergeTrainWorkflow),
        typeof(LeaseWorkflow),
        typeof(GovernorWorkflow),
    ];

    /// <summary>Innermost interceptor, which validates the messages sent to workflows.</summary>
    public static IWorkerInterceptor Messages { get; } = new WorkflowMessageInterceptor();

    /// <summary>Interceptor that adds a summary and a priority to each activity, and a priority to each child workflow.</summary>
    public static IWorkerInterceptor CallOptions { get; } = new CallOptionsInterceptor();

    /// <summary>Interceptor that routes activities to the host that a run has moved to.</summary>
    public static IWorkerInterceptor Machines { get; } = new ActivityRoutingInterceptor();

    /// <summary>
    /// Creates the payload converter for a worker's client or for a replay. The interceptor <see cref="Messages"/> requires it.
    /// </summary>
    /// <param name="payloads">Converter for all other payloads.</param>
    public static IPayloadConverter Converter(IPayloadConverter payloads) => new ArgumentPassThroughPayloadConverter(payloads);

    /// <summary>Adds the workflows, their local activities and all their interceptors to a worker's options.</summary>
    public static TemporalWorkerOptions AddWorkflows(this TemporalWorkerOptions options)
    {
        foreach (var workflow in Workflows)
        {
            options.AddWorkflow(workflow);
        }
        options
            .AddActivity((Func<string, string, RawValue, Task>)SignalViaLocalActivitySender.SendAsync)
            .AddActivity(SignalViaLocalActivitySender.IsCurrentExecutionAsync);
        options.Interceptors = [.. options.Interceptors ?? [], Machines, CallOptions, Messages];
        return options;
    }

    /// <summary>
    /// Returns a client for a worker that executes workflows, based on a client with the JSON options of <see cref="PayloadJsonOptions"/>.
    /// </summary>
    public static ITemporalClient ForWorkflows(ITemporalClient client)
    {
        var options = (TemporalClientOptions)client.Options.Clone();
        options.DataConverter = options.DataConverter with { PayloadConverter = Converter(options.DataConverter.PayloadConverter) };
        return new TemporalClient(client.Connection, options);
    }
}
