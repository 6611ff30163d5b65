namespace Orchestrator.Workflows.Tasks;

/// <summary>
/// Decides whether another attempt follows rejected work, and whether an agent or a user makes it. Attempts to resolve a conflict are
/// counted separately and not as remediations, because the agent did not cause the conflict.
/// </summary>
internal sealed class NextTaskAttemptDecider(TaskWorkflowState state)
{
    private int _conflicts;

    /// <summary>Number of attempts so far that had to fix the agent's own errors.</summary>
    public int Count { get; private set; }

    /// <summary>Number of attempts so far, including the first one.</summary>
    public int Attempts => Count + _conflicts + 1;

    /// <summary>Conflict that the agent is resolving, with its latest problem, or null if there is none.</summary>
    public MergeResult? Conflict { get; private set; }

    /// <summary>Problem that caused the last rejection; not set before the first rejection.</summary>
    public Reason Problem { get; private set; } = null!;

    /// <summary>True if the agent has used up its attempts to resolve the conflict, so that a user has to resolve it.</summary>
    public bool IsForPerson { get; private set; }

    /// <summary>Decides on the next attempt after work could not be merged.</summary>
    /// <exception cref="TaskEndedException">No attempt is left.</exception>
    public void AfterMerge(MergeResult refused)
    {
        var isConflict = refused.Outcome == MergeOutcome.Conflict;
        Conflict = isConflict || IsForPerson ? refused : null;
        Next(new TaskNotMergedReason(new VerbatimQuote(refused.Message)), refused.ProblemsFile, isCaused: !isConflict);
    }

    /// <summary>Decides on the next attempt after work did not pass verification.</summary>
    /// <exception cref="TaskEndedException">No attempt is left.</exception>
    public void AfterVerification(VerificationFailedReason problems, string problemsFile)
    {
        Conflict = Conflict is null ? null : Conflict with { ProblemsFile = problemsFile };
        Next(problems, problemsFile, isCaused: true);
    }

    private void Next(Reason problem, string problemsFile, bool isCaused)
    {
        (Problem, state.ProblemsFile) = (problem, problemsFile);
        IsForPerson = Count + (Conflict is null ? 0 : _conflicts) >= state.Input.Task.MaxRemediations;
        if (IsForPerson && Conflict is null)
        {
            throw new TaskEndedException(TaskStateNames.Failed, Count == 0 ? problem : new AttemptsExhaustedReason(problem, Count));
        }
        Count += !IsForPerson && isCaused ? 1 : 0;
        _conflicts += !IsForPerson && !isCaused ? 1 : 0;
        state.Progress = state.Progress with { Attempt = state.Progress.Attempt + 1 };
    }
}
