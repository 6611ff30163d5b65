using Temporalio.Api.Common.V1;
using Temporalio.Converters;
using Priority = Temporalio.Common.Priority;
using RetryPolicy = Temporalio.Common.RetryPolicy;

namespace Temporalio.Activities;

/// <summary>What an activity knows about itself.</summary>
/// <param name="ActivityId">Id, unique within the workflow run.</param>
/// <param name="ActivityType">Type.</param>
/// <param name="Attempt">Attempt, from 1.</param>
/// <param name="CurrentAttemptScheduledTime">When this attempt was scheduled.</param>
/// <param name="DataConverter">Converter of its values.</param>
/// <param name="HeartbeatDetails">Details of the last heartbeat of an earlier attempt.</param>
/// <param name="HeartbeatTimeout">Longest time between two heartbeats, if limited.</param>
/// <param name="IsLocal">Whether it is a local activity.</param>
/// <param name="Namespace">Namespace it runs in.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="RetryPolicy">Its retry policy as the server applies it.</param>
/// <param name="ScheduleToCloseTimeout">Limit over all attempts, if any.</param>
/// <param name="ScheduledTime">When the first attempt was scheduled.</param>
/// <param name="StartToCloseTimeout">Limit of this attempt, if any.</param>
/// <param name="StartedTime">When this attempt started.</param>
/// <param name="TaskQueue">Its task queue.</param>
/// <param name="TaskToken">Token that identifies this attempt to the server.</param>
/// <param name="WorkflowId">Id of its workflow.</param>
/// <param name="WorkflowNamespace">Namespace of its workflow.</param>
/// <param name="WorkflowRunId">Run id of its workflow.</param>
/// <param name="WorkflowType">Type of its workflow.</param>
public record ActivityInfo(
    string ActivityId,
    string ActivityType,
    int Attempt,
    DateTime CurrentAttemptScheduledTime,
    DataConverter DataConverter,
    IReadOnlyCollection<Payload> HeartbeatDetails,
    TimeSpan? HeartbeatTimeout,
    bool IsLocal,
    string Namespace,
    Priority Priority,
    RetryPolicy? RetryPolicy,
    TimeSpan? ScheduleToCloseTimeout,
    DateTime ScheduledTime,
    TimeSpan? StartToCloseTimeout,
    DateTime StartedTime,
    string TaskQueue,
    byte[] TaskToken,
    string? WorkflowId,
    string? WorkflowNamespace,
    string? WorkflowRunId,
    string? WorkflowType
)
{
    /// <summary>Whether a workflow scheduled it.</summary>
    public bool IsWorkflowActivity => WorkflowId is not null;

    /// <summary>One detail of the last heartbeat of an earlier attempt.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none at the index.</exception>
    public Task<T> HeartbeatDetailAtAsync<T>(int index) => DataConverter.ToValueAsync<T>(HeartbeatDetails.ElementAt(index));
}
