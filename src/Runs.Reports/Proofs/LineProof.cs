namespace Orchestrator.Runs.Reports;

/// <summary>The place where a line of code comes from, as far as it can be proven by git and by the records of runs.</summary>
/// <param name="File">The file, relative to the repository's root.</param>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Text">The line.</param>
/// <param name="Commit">The commit that last changed it.</param>
/// <param name="Author">Author of that commit.</param>
/// <param name="Time">When it was written.</param>
/// <param name="Subject">First line of its message.</param>
public sealed record LineProof(string File, int Line, string Text, string Commit, string Author, DateTimeOffset Time, string Subject)
{
    /// <summary>The run that brought it; empty where it is no work of a run.</summary>
    public string Run { get; init; } = "";

    /// <summary>The task; empty where it is none's, such as a person's repair of staging.</summary>
    public string Task { get; init; } = "";

    /// <summary>Title of the task.</summary>
    public string Title { get; init; } = "";

    /// <summary>The attempt whose work was merged; 0: unknown.</summary>
    public int Attempt { get; init; }

    /// <summary>The commit that merged it; empty where it is unknown.</summary>
    public string Merge { get; init; } = "";

    /// <summary>The agent and its model, as its program has reported it.</summary>
    public string Agent { get; init; } = "";

    /// <summary>The agent's conversations, the last one last.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>US dollars that the task has cost.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The verdicts of the gates on the work, a line each.</summary>
    public IReadOnlyList<ProvenGate> Gates { get; init; } = [];

    /// <summary>Decisions of persons about the task and the run.</summary>
    public IReadOnlyList<ProvenDecision> Decisions { get; init; } = [];

    /// <summary>The gaps and contradictions of the proof; empty if there are none.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];
}

/// <summary>A gate that decided about the work.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Passed">It passed.</param>
/// <param name="Verdict">What it said, in words.</param>
/// <param name="Evidence">Its log, relative to the repository; empty where there is none.</param>
/// <param name="Hash">SHA-256 of the log as the gate wrote it.</param>
public sealed record ProvenGate(string Name, bool Passed, string Verdict, string Evidence, string Hash);

/// <summary>A decision of a person.</summary>
/// <param name="By">Who, and from where.</param>
/// <param name="Time">When.</param>
/// <param name="What">What became of the task or the run by it.</param>
/// <param name="Event">Number of the run's event.</param>
public sealed record ProvenDecision(string By, DateTimeOffset Time, string What, long Event);
