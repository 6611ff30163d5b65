namespace Orchestrator.App.Documents;

/// <summary>The origin of a line of code, as proven by git and by the records of runs.</summary>
/// <param name="File">Path of the file, relative to the repository's root.</param>
/// <param name="Line">Line number, starting at 1.</param>
/// <param name="Text">Text of the line.</param>
/// <param name="Commit">Hash of the commit that last changed the line.</param>
/// <param name="Author">Author of the commit.</param>
/// <param name="Time">Time of the commit.</param>
/// <param name="Subject">First line of the commit message.</param>
public sealed record LineProvenance(string File, int Line, string Text, string Commit, string Author, DateTimeOffset Time, string Subject)
{
    /// <summary>Id of the run that added the line, or empty if no run added it.</summary>
    public string Run { get; init; } = "";

    /// <summary>Id of the task that added the line. Empty if no task added it, for example because a user repaired staging.</summary>
    public string Task { get; init; } = "";

    /// <summary>Title of the task.</summary>
    public string Title { get; init; } = "";

    /// <summary>Number of the attempt whose work was merged, or 0 if unknown.</summary>
    public int Attempt { get; init; }

    /// <summary>Hash of the commit that merged the work, or empty if unknown.</summary>
    public string Merge { get; init; } = "";

    /// <summary>Name of the agent with its model, as the agent program reported it.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Ids of the agent's conversations, oldest first.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>Cost of the task in US dollars.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Verdicts of the gates that checked the task's work.</summary>
    public IReadOnlyList<LineProvenanceGateVerdict> Gates { get; init; } = [];

    /// <summary>Users' decisions about the task and the run.</summary>
    public IReadOnlyList<LineProvenanceUserDecision> Decisions { get; init; } = [];

    /// <summary>Gaps and contradictions in the proof. Empty if there are none.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];
}

/// <summary>The verdict of a gate that checked the work of the line's task.</summary>
/// <param name="Name">Name of the gate.</param>
/// <param name="Passed">True if the gate passed.</param>
/// <param name="Verdict">Display text of the verdict.</param>
/// <param name="Evidence">Path of the gate's log, relative to the repository, or empty if it has none.</param>
/// <param name="Hash">SHA-256 of the log at the time when the gate ended.</param>
public sealed record LineProvenanceGateVerdict(string Name, bool Passed, string Verdict, string Evidence, string Hash);

/// <summary>A user's decision.</summary>
/// <param name="By">Name of the user, with the origin of the decision.</param>
/// <param name="Time">Time of the decision.</param>
/// <param name="What">Effect of the decision on the task or the run.</param>
/// <param name="Event">Number of the run's event that recorded the decision.</param>
public sealed record LineProvenanceUserDecision(string By, DateTimeOffset Time, string What, long Event);
