namespace Orchestrator.Workflows.Tasks;

/// <summary>Decides whether another attempt follows rejected work, and who makes it. Attempts that began with a conflict are counted
/// separately: the agent did not cause it, so they use no remediation.</summary>
internal sealed class Remediations(TaskState state)
{
    private int _conflicts;

    /// <summary>Attempts that fix the agent's own faults.</summary>
    public int Count { get; private set; }

    /// <summary>All attempts, including the first one.</summary>
    public int Attempts => Count + _conflicts + 1;

    /// <summary>The conflict that is being resolved, with the latest problem. Null: there is none.</summary>
    public MergeResult? Conflict { get; private set; }

    /// <summary>The agent has used its attempts to resolve the conflict: a person resolves it.</summary>
    public bool IsForPerson { get; private set; }

    /// <summary>The work could not be merged.</summary>
    /// <exception cref="TaskEndedException">No attempt is left.</exception>
    public void AfterMerge(MergeResult refused)
    {
        var isConflict = refused.Outcome == MergeOutcome.Conflict;
        Conflict = isConflict || IsForPerson ? refused : null;
        Next(refused.Message, refused.ProblemsFile, isCaused: !isConflict);
    }

    /// <summary>The work did not pass its verification.</summary>
    /// <exception cref="TaskEndedException">No attempt is left.</exception>
    public void AfterVerification(string problems, string problemsFile)
    {
        Conflict = Conflict is null ? null : Conflict with { Message = problems, ProblemsFile = problemsFile };
        Next(problems, problemsFile, isCaused: true);
    }

    private void Next(string problems, string problemsFile, bool isCaused)
    {
        state.ProblemsFile = problemsFile;
        IsForPerson = Count + (Conflict is null ? 0 : _conflicts) >= state.Input.Task.MaxRemediations;
        if (IsForPerson && Conflict is null)
        {
            var tried = Count == 0 ? "" : $" {Count} {(Count == 1 ? "remediation" : "remediations")} did not mend it.";
            throw new TaskEndedException(TaskStates.Failed, problems + tried);
        }
        Count += !IsForPerson && isCaused ? 1 : 0;
        _conflicts += !IsForPerson && !isCaused ? 1 : 0;
        state.Progress = state.Progress with { Attempt = state.Progress.Attempt + 1 };
    }
}
