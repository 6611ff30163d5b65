namespace Orchestrator.KillTest;

/// <summary>One task of a plan and what its scripted agent does.</summary>
/// <param name="Id">Its id.</param>
/// <param name="After">Tasks it waits for.</param>
/// <param name="Writes">Files it owns.</param>
/// <param name="Gate">Command that checks if the task is done.</param>
/// <param name="Does">Shell line of the agent, which may run again over its earlier work.</param>
/// <param name="MostRounds">Rounds that it may need when nobody disturbs it.</param>
public sealed record KillTask(string Id, string[] After, string[] Writes, string Gate, string Does, int MostRounds = 1)
{
    /// <summary>Files that it only adds lines to.</summary>
    public string[] Appends { get; init; } = [];

    /// <summary>The package that its agent requests first, or null for none.</summary>
    public string? Needs { get; init; }
}
