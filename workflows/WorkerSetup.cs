using Orchestrator.Workflows.Messages;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Worker;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Workflows;

/// <summary>The registrations that a worker of the workflows needs.</summary>
public static class WorkerSetup
{
    /// <summary>The workflows.</summary>
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

    /// <summary>The innermost interceptor: reads what workflows are sent.</summary>
    public static IWorkerInterceptor Messages { get; } = new MessageInterceptor();

    /// <summary>Says in words what each activity does.</summary>
    public static IWorkerInterceptor Summaries { get; } = new SummaryInterceptor();

    /// <summary>Sends activities to the machine that a run was moved to.</summary>
    public static IWorkerInterceptor Machines { get; } = new MachineInterceptor();

    /// <summary>The converter for a worker's client, or for a replay: with another one <see cref="Messages"/> finds nothing to
    /// read.</summary>
    /// <param name="payloads">How payloads are read and written otherwise.</param>
    public static IPayloadConverter Converter(IPayloadConverter payloads) => new RawArguments(payloads);

    /// <summary>Adds the workflows and what reads their messages.</summary>
    public static TemporalWorkerOptions AddWorkflows(this TemporalWorkerOptions options)
    {
        foreach (var workflow in Workflows)
        {
            options.AddWorkflow(workflow);
        }
        options.Interceptors = [.. options.Interceptors ?? [], Machines, Summaries, Messages];
        return options;
    }

    /// <summary>The client for such a worker, from one that speaks as <see cref="MessageJson"/> says.</summary>
    public static ITemporalClient ForWorkflows(ITemporalClient client)
    {
        var options = (TemporalClientOptions)client.Options.Clone();
        options.DataConverter = options.DataConverter with { PayloadConverter = Converter(options.DataConverter.PayloadConverter) };
        return new TemporalClient(client.Connection, options);
    }
}
