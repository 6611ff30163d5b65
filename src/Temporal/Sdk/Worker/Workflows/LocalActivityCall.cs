using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>How a local activity ended for the workflow.</summary>
/// <param name="Result">Result; null with a failure.</param>
/// <param name="Failure">Failure.</param>
/// <param name="Marker">What history keeps of it; with a backoff, it is tried again after a timer of the workflow.</param>
internal sealed record LocalActivityEnd(Payloads? Result, Failure? Failure, LocalActivityMarker Marker);

/// <summary>A local activity that the workflow waits for. Its one command is the marker, at the moment it ends.</summary>
internal sealed class LocalActivityCall(
    WorkflowCommands commands,
    uint sequence,
    LocalActivityAttempt attempt,
    LocalActivityOptions options,
    Api.Sdk.V1.UserMetadata? metadata
) : CancellableCall
{
    private readonly TaskCompletionSource<LocalActivityEnd> _source = new();
    private bool _cancelRequested;

    public uint Sequence => sequence;

    /// <summary>The first attempt that it makes on this worker.</summary>
    public LocalActivityAttempt FirstAttempt => attempt;

    public LocalActivityOptions Options => options;

    public Task<LocalActivityEnd> Task => _source.Task;

    public bool Closed => _source.Task.IsCompleted;

    /// <summary>Cancelled when the activity is to stop. Made when it is started on this worker.</summary>
    public CancellationTokenSource? Running { get; set; }

    public override void Cancel()
    {
        if (Closed || _cancelRequested)
        {
            return;
        }

        _cancelRequested = true;
        if (options.CancellationType != ActivityCancellationType.Abandon && Running is { } running)
        {
            // Never on the workflow's thread: callbacks of activity code would run there.
            WorkflowTaskScheduler.Untraced(() => _ = running.CancelAsync());
        }

        if (options.CancellationType != ActivityCancellationType.WaitCancellationCompleted || (Running is null && !commands.Replaying))
        {
            commands.FollowUp(() =>
                End(
                    new(
                        sequence,
                        (uint)attempt.Attempt,
                        attempt.ActivityId,
                        attempt.ActivityType,
                        CompleteTime: null,
                        Backoff: null,
                        MarkerTime.Of(attempt.OriginalScheduleTime)
                    ),
                    result: null,
                    new() { Message = "Activity cancelled", CanceledFailureInfo = new() }
                )
            );
        }
    }

    /// <summary>Ends it and leaves the marker.</summary>
    public void End(LocalActivityMarker marker, Payloads? result, Failure? failure)
    {
        if (Closed)
        {
            return;
        }

        Registration.Dispose();
        commands.LocalActivities.Remove(sequence);
        commands.Issue(
            new(
                new()
                {
                    CommandType = Api.Enums.V1.CommandType.RecordMarker,
                    RecordMarkerCommandAttributes = Markers.OfLocalActivity(marker, result, failure),
                    UserMetadata = metadata,
                }
            )
        );
        _source.SetResult(new(result, failure, marker));
    }
}
