namespace Orchestrator.Runs.Reports;

/// <summary>Origin of a line of code, as far as git and the records of runs prove it.</summary>
/// <param name="File">Path of the file, relative to the repository's root.</param>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Text">Text of the line.</param>
/// <param name="Commit">The commit that last changed it.</param>
/// <param name="Author">Author of that commit.</param>
/// <param name="Time">Time of the commit.</param>
/// <param name="Subject">First line of the commit message.</param>
public sealed record LineProof(string File, int Line, string Text, string Commit, string Author, DateTimeOffset Time, string Subject)
{
    /// <summary>Id of the run that added the line, or empty if no run did.</summary>
    public string Run { get; init; } = "";

    /// <summary>Id of the task, or empty if no task added it, for example if a user repaired staging.</summary>
    public string Task { get; init; } = "";

    /// <summary>Title of the task.</summary>
    public string Title { get; init; } = "";

    /// <summary>The attempt whose work was merged, or 0 if unknown.</summary>
    public int Attempt { get; init; }

    /// <summary>The commit that merged the work, or empty if unknown.</summary>
    public string Merge { get; init; } = "";

    /// <summary>The agent and its model, as reported by the agent program.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Ids of the agent's conversations, in order.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>Cost of the task in US dollars.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Verdicts of the gates on the work.</summary>
    public IReadOnlyList<ProvenGate> Gates { get; init; } = [];

    /// <summary>Decisions of users on the task and the run.</summary>
    public IReadOnlyList<ProvenDecision> Decisions { get; init; } = [];

    /// <summary>Gaps and contradictions in the proof; empty if there are none.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];
}

/// <summary>A gate that decided on the work.</summary>
/// <param name="Name">Name of the gate.</param>
/// <param name="Passed">True if the gate passed.</param>
/// <param name="Verdict">The verdict for display.</param>
/// <param name="Evidence">Path of the gate's log, relative to the repository, or empty if there is none.</param>
/// <param name="Hash">SHA-256 of the log as the gate wrote it.</param>
public sealed record ProvenGate(string Name, bool Passed, string Verdict, string Evidence, string Hash);

/// <summary>A decision of a user.</summary>
/// <param name="By">The user, and the origin of the decision.</param>
/// <param name="Time">Time of the decision.</param>
/// <param name="What">Effect on the task or the run.</param>
/// <param name="Event">Number of the run's event that records it.</param>
public sealed record ProvenDecision(string By, DateTimeOffset Time, string What, long Event);
