using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Runs.Reports;

/// <summary>
/// Records outcomes that a run could not record itself, namely its termination by another program and the revert of its landing.
/// </summary>
/// <param name="folder">Absolute path of the run's folder.</param>
public sealed class RunRecord(string folder)
{
    private readonly string _status = Path.Combine(folder, "status.json");
    private readonly string _events = Path.Combine(folder, "events.jsonl");

    /// <summary>Records the end of the run, unless the record already contains the same final state.</summary>
    /// <param name="run">Last known status of the run.</param>
    /// <param name="result">Result of the run.</param>
    /// <param name="time">Time of the end in UTC.</param>
    public void Close(RunStatus run, RunResult result, DateTimeOffset time)
    {
        using (ProgressRecorder.WriteAlone(_events))
        {
            var now = Now(run);
            if (now.State != result.State)
            {
                Write(Ended(now, result), time);
            }
        }
    }

    /// <summary>
    /// Stores the status of another host's run. This host has a copy of that run because it executes some of the run's tasks.
    /// </summary>
    /// <param name="now">Status of the run, as reported by its workflow.</param>
    public void Copy(RunStatus now)
    {
        using (ProgressRecorder.WriteAlone(_events))
        {
            DurableFile.Write(_status, file => JsonSerializer.Serialize(file, now));
        }
    }

    /// <summary>Returns the final status of a run that could not record its end.</summary>
    /// <param name="last">Last known status of the run.</param>
    /// <param name="result">Result of the run.</param>
    public static RunStatus Ended(RunStatus last, RunResult result) =>
        last with
        {
            State = result.State,
            Why = result.Why,
            Paused = false,
            Questions = [],
            Failing = [],
            Tasks =
            [
                .. last.Tasks.Select(task =>
                    TaskStateNames.IsEnd(task.State)
                        ? task
                        : task with
                        {
                            State = TaskStateNames.Cancelled,
                            Paused = false,
                            Why = new TaskEndedWithRunReason(result.State),
                        }
                ),
            ],
        };

    /// <summary>
    /// Reverts the landing of a run that has ended, unless later commits, pushes or checkouts may depend on that landing. The revert is
    /// recorded in the run's status and report, unless it is already recorded there.
    /// </summary>
    /// <param name="run">Last known status of the run, which has ended.</param>
    /// <param name="root">Absolute path of the repository.</param>
    /// <param name="services">Dependencies of the run's steps.</param>
    /// <param name="stop">Cancels between the steps.</param>
    /// <returns>True if the target no longer contains the run's work, and a sentence about the result.</returns>
    public async Task<(bool IsTakenBack, string Reason)> AbortAsync(
        RunStatus run,
        string root,
        RunServiceBundle services,
        CancellationToken stop
    )
    {
        var result = await EndedRunLandingReverter.RevertAsync(new RunFolder(root, run.RunId), services, stop);
        if (!result.IsTakenBack)
        {
            return (false, result.Reason);
        }
        using (ProgressRecorder.WriteAlone(_events, stop))
        {
            var now = Now(run);
            if (now.State != RunStateNames.Aborted)
            {
                var why = new LandingRevertedReason(new VerbatimQuote(result.Reason), result.KeptAt);
                Write(now with { State = RunStateNames.Aborted, Why = why, LandedCommit = "", LandedOn = "" }, services.Time.GetUtcNow());
            }
        }
        new RunFinisher(services).Correct(new RunFolder(root, run.RunId), Now(run));
        return (true, result.Reason);
    }

    private RunStatus Now(RunStatus last) => RunStatusFile.Read(_status) ?? last;

    // The gap in the event numbers gives this record precedence over a record that the run itself writes late.
    private void Write(RunStatus changed, DateTimeOffset time)
    {
        changed = changed with { UpdatedAt = time, Sequence = changed.Sequence + RunStatus.ExecutionGap, Counts = null, Standing = null };
        ProgressRecorder.Append(
            _events,
            [
                new RunEvent
                {
                    Sequence = changed.Sequence,
                    Time = time,
                    State = changed.State,
                    Why = changed.Why,
                },
            ]
        );
        DurableFile.Write(_status, file => JsonSerializer.Serialize(file, changed));
    }
}
