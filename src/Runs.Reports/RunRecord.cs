using Orchestrator.Runs.Merging.Landing;

namespace Orchestrator.Runs.Reports;

/// <summary>Writes to a run's folder where the run can't: that it was ended from outside, or that its landing was taken back.</summary>
/// <param name="folder">Absolute path of the run's folder.</param>
public sealed class RunRecord(string folder)
{
    private readonly string _status = Path.Combine(folder, "status.json");
    private readonly string _events = Path.Combine(folder, "events.jsonl");

    /// <summary>Records the end of the run. An end that is recorded already stays.</summary>
    /// <param name="run">The run as it was read last.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="time">When that was, UTC.</param>
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

    /// <summary>Takes over how a run of another machine stands, of which there is a copy here since tasks of it were done here.</summary>
    /// <param name="now">The run, as it says itself.</param>
    public void Copy(RunStatus now)
    {
        using (ProgressRecorder.WriteAlone(_events))
        {
            DurableFile.Write(_status, file => JsonSerializer.Serialize(file, now));
        }
    }

    /// <summary>The status of a run that could not record its end.</summary>
    /// <param name="last">Its last status.</param>
    /// <param name="result">How it ended.</param>
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
                    TaskStates.IsEnd(task.State)
                        ? task
                        : task with
                        {
                            State = TaskStates.Cancelled,
                            Paused = false,
                            Why = new EndedWithRun(result.State),
                        }
                ),
            ],
        };

    /// <summary>Takes back the landing of a run, where no one can have built on it, and adds that to its record and report. If it is
    /// recorded already, nothing changes.</summary>
    /// <param name="run">The ended run, as read last.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="services">Machine, clock and open repositories.</param>
    /// <param name="stop">Checked between the steps.</param>
    /// <returns>Whether the target is without the run's work now, and a sentence about it.</returns>
    public async Task<(bool IsTakenBack, string Reason)> AbortAsync(
        RunStatus run,
        RepositoryLocation repository,
        RunServices services,
        CancellationToken stop
    )
    {
        var result = await LandingReversals.TakeBackAsync(new RunFolder(repository.Root, run.RunId), services, stop);
        if (!result.IsTakenBack)
        {
            return (false, result.Reason);
        }
        using (ProgressRecorder.WriteAlone(_events, stop))
        {
            var now = Now(run);
            if (now.State != RunStates.Aborted)
            {
                var why = new LandingTakenBack(new Quote(result.Reason), result.KeptAt);
                Write(now with { State = RunStates.Aborted, Why = why, LandedCommit = "", LandedOn = "" }, services.Time.GetUtcNow());
            }
        }
        new RunEnding(services).Correct(new RunFolder(repository.Root, run.RunId), Now(run));
        return (true, result.Reason);
    }

    private RunStatus Now(RunStatus last) => StatusFile.Read(_status) ?? last;

    // A late write of the run itself may follow, and counts less.
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
