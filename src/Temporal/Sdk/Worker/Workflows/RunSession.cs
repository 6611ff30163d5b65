using System.Threading.Channels;

namespace Temporalio.Worker.Workflows;

/// <summary>A run with what goes on for it outside its code: its local activities.</summary>
internal sealed class RunSession(WorkflowRun run, ILocalActivityExecutor? executor, TimeProvider time) : IDisposable
{
    private readonly Channel<Action> _ended = Channel.CreateUnbounded<Action>();
    private readonly CancellationTokenSource _dropped = new();
    private readonly HashSet<uint> _started = [];

    public WorkflowRun Run => run;

    /// <summary>Whether local activities are open that the workflow waits for.</summary>
    public bool WaitsForLocalActivities =>
        run.Instance is { Completion.Completed: false } instance && instance.Commands.LocalActivities.Count > 0;

    /// <summary>Starts the local activities that the code asked for since the last time.</summary>
    public void StartLocalActivities()
    {
        if (executor is null || run.Instance is not { Completion.Completed: false } instance)
        {
            return;
        }

        foreach (var (sequence, call) in instance.Commands.LocalActivities)
        {
            if (_started.Add(sequence))
            {
                call.Running = CancellationTokenSource.CreateLinkedTokenSource(_dropped.Token);
                _ = RunLocalActivityAsync(call, call.Running.Token);
            }
        }
    }

    /// <summary>Waits for the end of a local activity.</summary>
    /// <returns>The job that tells the workflow.</returns>
    public ValueTask<Action> NextEndAsync(CancellationToken cancellationToken) => _ended.Reader.ReadAsync(cancellationToken);

    /// <summary>Stops local activities; their ends are of no interest any more.</summary>
    public void Dispose() => _ = _dropped.CancelAsync();

    private async Task RunLocalActivityAsync(LocalActivityCall call, CancellationToken cancelled)
    {
        var attempt = call.FirstAttempt;
        while (true)
        {
            var outcome = await executor!.ExecuteAsync(attempt, cancelled);
            if (_dropped.IsCancellationRequested)
            {
                return;
            }

            var backoff =
                outcome.Failure is null || cancelled.IsCancellationRequested
                    ? null
                    : LocalActivityRetry.BackoffAfter(attempt, outcome.Failure, time.GetUtcNow().UtcDateTime);
            if (backoff is { } wait && wait <= (call.Options.LocalRetryThreshold ?? LocalActivityRetry.DefaultThreshold))
            {
                try
                {
                    await Task.Delay(wait, time, cancelled);
                }
                catch (OperationCanceledException)
                {
                    End(
                        call,
                        attempt,
                        new()
                        {
                            Failure = new() { Message = "Activity cancelled", CanceledFailureInfo = new() },
                        },
                        backoff: null
                    );
                    return;
                }

                attempt = attempt with { Attempt = attempt.Attempt + 1, CurrentAttemptScheduledTime = time.GetUtcNow().UtcDateTime };
                continue;
            }

            End(call, attempt, outcome, backoff);
            return;
        }
    }

    private void End(LocalActivityCall call, LocalActivityAttempt attempt, LocalActivityOutcome outcome, TimeSpan? backoff)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var marker = new LocalActivityMarker(
            call.Sequence,
            (uint)attempt.Attempt,
            attempt.ActivityId,
            attempt.ActivityType,
            MarkerTime.Of(now),
            backoff is { } wait ? MarkerTime.Of(wait) : null,
            MarkerTime.Of(attempt.OriginalScheduleTime)
        );
        _ended.Writer.TryWrite(() =>
        {
            run.Instance!.MoveTime(now);
            call.End(marker, outcome.Failure is null ? outcome.Result ?? new() : null, outcome.Failure);
        });
    }
}
