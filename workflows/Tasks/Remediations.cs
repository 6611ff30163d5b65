namespace Orchestrator.Workflows.Tasks;

/// <summary>Decides whether another attempt follows rejected work, and who makes it. Attempts that start with a conflict are counted
/// separately and use no remediation, because the agent did not cause the conflict.</summary>
internal sealed class Remediations(TaskState state)
{
    private int _conflicts;

    /// <summary>Number of attempts to fix the agent's own faults.</summary>
    public int Count { get; private set; }

    /// <summary>Number of all attempts, including the first one.</summary>
    public int Attempts => Count + _conflicts + 1;

    /// <summary>Conflict that an agent is resolving, with its latest problem, or null for none.</summary>
    public MergeResult? Conflict { get; private set; }

    /// <summary>The remaining problem, set by the first rejection.</summary>
    public Reason Problem { get; private set; } = null!;

    /// <summary>True if the agent has used its attempts to resolve the conflict, so that a user resolves it.</summary>
    public bool IsForPerson { get; private set; }

    /// <summary>Handles work that could not be merged.</summary>
    /// <exception cref="TaskEndedException">No attempt is left.</exception>
    public void AfterMerge(MergeResult refused)
    {
        var isConflict = refused.Outcome == MergeOutcome.Conflict;
        Conflict = isConflict || IsForPerson ? refused : null;
        Next(new NotMerged(new Quote(refused.Message)), refused.ProblemsFile, isCaused: !isConflict);
    }

    /// <summary>Handles work that did not pass its verification.</summary>
    /// <exception cref="TaskEndedException">No attempt is left.</exception>
    public void AfterVerification(NotVerified problems, string problemsFile)
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
            throw new TaskEndedException(TaskStates.Failed, Count == 0 ? problem : new AttemptsExhausted(problem, Count));
        }
        Count += !IsForPerson && isCaused ? 1 : 0;
        _conflicts += !IsForPerson && !isCaused ? 1 : 0;
        state.Progress = state.Progress with { Attempt = state.Progress.Attempt + 1 };
    }
}
